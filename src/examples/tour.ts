/** What the tour draws: one event, two functions of two steps each, with room for one more step; all of it against the playground. */
import type { GraphDocument } from '#graph/document.ts'
import { Drawing, sends } from '#examples/draw.ts'

export const tourEvent = 'user/signed.up'
/** Ids the tour points at. */
export const tourIds = { event: 'ev_signed_up', functions: ['f_welcome-user', 'f_save-contact'], first: 's_welcome-user_wording', second: 's_welcome-user_send' } as const
export const tourSteps = 4

export function tourDrawing(): GraphDocument {
  const drawing = new Drawing()
  const event = drawing.event(tourIds.event, tourEvent, { x: 0, y: 136 }, { email: 'ada@north.io', name: 'Ada Brandt', plan: 'free' })
  drawing.function({ slug: 'welcome-user', retries: 3, position: { x: 256, y: 0 }, startedBy: [event] }, [
    { kind: 'transform', name: 'Pick wording', key: 'wording', config: { fields: [{ name: 'greeting', value: 'Hello {{ event.data.name }}' }] } },
    { kind: 'http', name: 'Send welcome', key: 'send', config: sends('POST', 'playground://mail/messages', { to: '{{ event.data.email }}', text: '{{ steps.wording.greeting }}, your account is ready.' }) },
  ])
  drawing.function({ slug: 'save-contact', retries: 5, position: { x: 256, y: 208 }, startedBy: [event] }, [
    { kind: 'http', name: 'Create contact', key: 'contact', config: sends('POST', 'playground://crm/contacts', { email: '{{ event.data.email }}', name: '{{ event.data.name }}' }) },
    { kind: 'http', name: 'Tell the team', key: 'tell', config: sends('POST', 'playground://slack/messages', { channel: '#signups', text: '{{ event.data.name }} is contact {{ steps.contact.body.id }}' }) },
  ])
  return drawing.document
}
