/** Static fan-out: one event, five functions that know nothing of each other. */
import type { GraphDocument } from '#graph/document.ts'
import { Drawing, sends } from '#examples/draw.ts'

export const signupSample = {
  userId: 'usr_2941', email: 'ada@north.io', name: 'Ada Brandt', plan: 'free', signedUpAt: '2026-11-23T08:41:07Z',
}

export function signupPipeline(): GraphDocument {
  const drawing = new Drawing()
  const event = drawing.event('ev_account_created', 'user/account.created', { x: 0, y: 368 }, signupSample)
  const startedBy = [event]
  const x = 288

  drawing.function({ slug: 'send-welcome-email', retries: 3, position: { x, y: 0 }, startedBy }, [
    { kind: 'transform', name: 'Pick wording', key: 'wording', config: { fields: [
      { name: 'greeting', value: 'Hello {{ event.data.name }}' },
      { name: 'intro', value: '{{ event.data.plan === "free" ? "Your account is ready." : "Your " + event.data.plan + " plan is ready." }}' },
    ] } },
    { kind: 'mail', name: 'Send e-mail', key: 'send', config: {
      to: '{{ event.data.email }}', subject: 'Welcome to North, {{ event.data.name }}',
      body: '<p>{{ steps.wording.greeting }},</p>\n<p>good to have you here. {{ steps.wording.intro }}</p>',
    } },
  ])

  drawing.function({ slug: 'create-billing-trial', retries: 5, position: { x, y: 160 }, startedBy }, [
    { kind: 'http', name: 'Add customer', key: 'create_customer', config: sends('POST', 'playground://billing/customers', { email: '{{ event.data.email }}', name: '{{ event.data.name }}', userId: '{{ event.data.userId }}' }) },
    { kind: 'http', name: 'Start trial', key: 'start_trial', config: sends('POST', 'playground://billing/subscriptions', { customer: '{{ steps.create_customer.body.id }}', trialDays: 14 }) },
  ])

  drawing.function({ slug: 'add-to-crm', retries: 3, position: { x, y: 320 }, startedBy }, [
    { kind: 'http', name: 'Create contact', key: 'create_contact', config: sends('POST', 'playground://crm/contacts', {
      email: '{{ event.data.email }}', name: '{{ event.data.name }}', plan: '{{ event.data.plan }}', signedUpAt: '{{ event.data.signedUpAt }}',
    }) },
  ])

  drawing.function({ slug: 'notify-slack', retries: 1, position: { x, y: 480 }, startedBy }, [
    { kind: 'http', name: 'Post message', key: 'post', config: sends('POST', 'playground://slack/messages', { channel: '#signups', text: 'New signup: {{ event.data.name }} ({{ event.data.email }})' }) },
  ])

  drawing.function({ slug: 'audit-log', retries: 2, position: { x, y: 640 }, startedBy }, [
    { kind: 'http', name: 'Write entry', key: 'write', config: sends('POST', 'playground://warehouse/audit', {
      action: 'user_signup', userId: '{{ event.data.userId }}', email: '{{ event.data.email }}', timestamp: '{{ event.data.signedUpAt }}',
    }) },
  ])

  drawing.note('note_add', 'New reaction to a signup?\nHang another function on the event. Nothing here has to change: audit-log came last.', { x: -80, y: 520 }, { w: 208, h: 96 })
  return drawing.document
}
