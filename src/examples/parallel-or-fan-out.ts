/** The same work both ways: parallel steps share one fate and their results; functions stand alone. */
import type { GraphDocument } from '#graph/document.ts'
import { Drawing, sends } from '#examples/draw.ts'

export function parallelOrFanOut(): GraphDocument {
  const drawing = new Drawing()
  const event = drawing.event('ev_opened', 'account/opened', { x: 0, y: 240 }, { userId: 'usr_2941', email: 'ada@north.io', name: 'Ada Brandt' })
  const startedBy = [event]
  const x = 288
  const mail = { to: '{{ event.data.email }}', subject: 'Welcome, {{ event.data.name }}' }
  const contact = { email: '{{ event.data.email }}', name: '{{ event.data.name }}' }

  drawing.note('note_together', 'Together: parallel steps.\nBoth results are needed to go on, and both fail or succeed as one.', { x, y: 0 }, { w: 352, h: 64 })
  drawing.function({ slug: 'onboard-together', retries: 4, position: { x, y: 80 }, startedBy }, [
    { kind: 'http', name: 'Send welcome', key: 'welcome', at: { column: 0, row: 0 }, after: [], config: sends('POST', 'playground://mail/send', mail) },
    { kind: 'http', name: 'Add to CRM', key: 'crm', at: { column: 0, row: 1 }, after: [], config: sends('POST', 'playground://crm/contacts', contact) },
    { kind: 'http', name: 'Write log', key: 'log', at: { column: 1.25, row: 0.5 }, after: ['welcome', 'crm'], config: sends('POST', 'playground://warehouse/onboardings', { userId: '{{ event.data.userId }}', emailId: '{{ steps.welcome.body.id }}', contactId: '{{ steps.crm.body.id }}' }) },
  ])

  drawing.note('note_apart', 'Apart: fan-out.\nTwo functions. If the CRM is down, the welcome still arrives; add a third without touching them.', { x, y: 304 }, { w: 352, h: 64 })
  drawing.function({ slug: 'welcome-apart', retries: 4, position: { x, y: 384 }, startedBy }, [
    { kind: 'http', name: 'Send welcome', key: 'welcome', config: sends('POST', 'playground://mail/send', mail) },
  ])
  drawing.function({ slug: 'crm-apart', retries: 4, position: { x, y: 544 }, startedBy }, [
    { kind: 'http', name: 'Add to CRM', key: 'crm', config: sends('POST', 'playground://crm/contacts', contact) },
  ])
  return drawing.document
}
