/** Dynamic fan-out: a schedule loads a list and sends one event per item; each item is a run of its own. */
import type { GraphDocument } from '#graph/document.ts'
import { data, Drawing, gets, sends } from '#examples/draw.ts'

export const digestSample = { userId: 'usr_0001', email: 'mara@north.io', name: 'Mara Klein', timezone: 'Europe/Berlin', weekOf: '2026-11-23' }

export function weeklyDigest(): GraphDocument {
  const drawing = new Drawing()
  const schedule = drawing.schedule('sc_monday', '0 9 * * MON', 'Europe/Berlin', { x: 0, y: 32 })

  drawing.function({ slug: 'weekly-digest-orchestrator', retries: 4, position: { x: 112, y: 0 }, startedBy: [schedule] }, [
    { kind: 'http', name: 'Load users', key: 'load_users', config: gets('playground://users/users') },
    { kind: 'transform', name: 'Name the week', key: 'week', config: { fields: [{ name: 'of', value: '{{ new Date(event.ts).toISOString().slice(0, 10) }}' }] } },
    { kind: 'emit-each', name: 'Emit each', key: 'fan_out', config: {
      items: '{{ steps.load_users.body.users }}', event: 'digest/weekly.send',
      data: data({ userId: '{{ item.id }}', email: '{{ item.email }}', name: '{{ item.name }}', timezone: '{{ item.timezone }}', weekOf: '{{ steps.week.of }}' }),
    } },
  ])

  const event = drawing.event('ev_weekly_send', 'digest/weekly.send', { x: 672, y: 32 }, digestSample)

  drawing.function({ slug: 'send-weekly-digest', retries: 4, concurrency: { limit: 50 }, position: { x: 896, y: 0 }, startedBy: [event] }, [
    { kind: 'transform', name: 'Write digest', key: 'digest', config: { fields: [
      { name: 'subject', value: 'Your weekly digest, {{ event.data.weekOf }}' },
      { name: 'html', value: '<p>Hello {{ event.data.name }}, this is your week.</p>' },
    ] } },
    { kind: 'http', name: 'Send e-mail', key: 'send', config: sends('POST', 'playground://mail/send', { to: '{{ event.data.email }}', subject: '{{ steps.digest.subject }}', html: '{{ steps.digest.html }}' }) },
  ])

  drawing.note('note_limit', '50 at a time, however many users there are.\nEach run retries alone: if one mail fails, the others do not wait.', { x: 896, y: 160 }, { w: 320, h: 64 })
  drawing.note('note_users', 'How many users the list has is set on the Playground page, up to 50,000.', { x: 112, y: 160 }, { w: 272, h: 64 })
  return drawing.document
}
