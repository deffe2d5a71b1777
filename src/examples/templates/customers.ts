/** Templates around customers: leads, welcomes, trials, carts, campaigns. */
import type { GraphDocument } from '#graph/document.ts'
import { data, Drawing, gets, passedInTests, sends } from '#examples/draw.ts'

const mail = (subject: string, body: string) => ({ to: '{{ event.data.email }}', subject, body })
const slack = (channel: string, text: string) => sends('POST', 'playground://slack/messages', { channel, text })

export function leadRouting(): GraphDocument {
  const drawing = new Drawing()
  const lead = drawing.event('ev_lead', 'lead/created', { x: 0, y: 160 }, { email: 'nadia@orchard.example', company: 'Orchard Logistics', employees: 640, country: 'DE' })
  drawing.function({ slug: 'route-lead', retries: 4, position: { x: 208, y: 0 }, startedBy: [lead] }, [
    { kind: 'condition', name: 'Which size?', key: 'size', at: { column: 0, row: 0 }, config: { mode: 'switch', cases: [
      { id: 'large', label: 'large', when: 'event.data.employees >= 500' }, { id: 'medium', label: 'medium', when: 'event.data.employees >= 50' },
    ] } },
    { kind: 'http', name: 'Tell key accounts', key: 'key_accounts', after: [{ step: 'size', port: 'large' }], at: { column: 1.5, row: 0 }, config: slack('#key-accounts', 'New lead: {{ event.data.company }}, {{ event.data.employees }} people') },
    { kind: 'http', name: 'Tell sales', key: 'sales', after: [{ step: 'size', port: 'medium' }], at: { column: 1.5, row: 1 }, config: slack('#sales', 'New lead: {{ event.data.company }}') },
    { kind: 'mail', name: 'Send the guide', key: 'guide', after: [{ step: 'size', port: 'else' }], at: { column: 1.5, row: 2 }, config: mail('Getting started', '<p>Here is how teams of your size begin.</p>') },
  ])
  drawing.function({ slug: 'record-lead', retries: 6, position: { x: 208, y: 304 }, startedBy: [lead] }, [
    { kind: 'http', name: 'Create contact', key: 'contact', config: sends('POST', 'playground://crm/contacts', { email: '{{ event.data.email }}', name: '{{ event.data.company }}' }) },
  ])
  return drawing.document
}

export function welcomeSeries(): GraphDocument {
  const drawing = new Drawing()
  const joined = drawing.event('ev_joined', 'member/joined', { x: 0, y: 32 }, { email: 'tomas@example.com', name: 'Tomas' })
  drawing.function({ slug: 'welcome-series', retries: 4, position: { x: 208, y: 0 }, startedBy: [joined], flow: { cancelOn: [{ event: 'member/left', match: 'data.email' }] } }, [
    { kind: 'mail', name: 'Welcome', key: 'welcome', config: mail('Welcome, {{ event.data.name }}', '<p>Good to have you here.</p>') },
    { kind: 'sleep', name: 'Two days', key: 'two_days', config: { mode: 'for', duration: '2d', until: '' }, ...passedInTests },
    { kind: 'mail', name: 'First steps', key: 'first_steps', config: mail('Three things to try', '<p>Most people begin with these.</p>') },
    { kind: 'sleep', name: 'Five days', key: 'five_days', config: { mode: 'for', duration: '5d', until: '' }, ...passedInTests },
    { kind: 'mail', name: 'Any questions?', key: 'questions', config: mail('How is it going?', '<p>Answer this mail, a person reads it.</p>') },
  ])
  drawing.note('note_left', 'member/left with the same e-mail ends the series at once.', { x: 208, y: 144 }, { w: 352, h: 48 })
  return drawing.document
}

export function trialExpiry(): GraphDocument {
  const drawing = new Drawing()
  const trial = drawing.event('ev_trial', 'trial/started', { x: 0, y: 32 }, { accountId: 'acc_204', email: 'ines@example.com', days: 14 })
  drawing.function({ slug: 'end-trial', retries: 4, position: { x: 208, y: 0 }, startedBy: [trial] }, [
    { kind: 'wait', name: 'Upgraded?', key: 'upgrade', at: { column: 0, row: 0 }, config: { event: 'trial/upgraded', match: 'data.accountId', timeout: '11d' }, ...passedInTests },
    { kind: 'mail', name: 'Three days left', key: 'remind', after: [{ step: 'upgrade', port: 'timeout' }], at: { column: 1.5, row: 1 }, config: mail('Three days of your trial are left', '<p>Keep what you built: choose a plan.</p>') },
    { kind: 'wait', name: 'Upgraded now?', key: 'upgrade_late', after: ['remind'], at: { column: 2.5, row: 1 }, config: { event: 'trial/upgraded', match: 'data.accountId', timeout: '3d' }, ...passedInTests },
    { kind: 'http', name: 'Celebrate', key: 'celebrate', after: [{ step: 'upgrade', port: 'out' }, { step: 'upgrade_late', port: 'out' }], at: { column: 4, row: 0 }, config: slack('#sales', '{{ event.data.accountId }} upgraded') },
    { kind: 'http', name: 'Close trial', key: 'close', after: [{ step: 'upgrade_late', port: 'timeout' }], at: { column: 4, row: 1 }, config: sends('PATCH', 'playground://billing/trials/{{ event.data.accountId }}', { status: 'ended' }) },
  ])
  return drawing.document
}

export function abandonedCart(): GraphDocument {
  const drawing = new Drawing()
  const cart = drawing.event('ev_cart', 'cart/updated', { x: 0, y: 32 }, { cartId: 'cart_88', email: 'lea@example.com', items: 3, totalCents: 8450 })
  drawing.function({ slug: 'remind-of-cart', retries: 4, position: { x: 208, y: 0 }, startedBy: [cart], flow: { debounce: { period: '30s', key: 'event.data.cartId' }, cancelOn: [{ event: 'cart/updated', match: 'data.cartId' }] } }, [
    { kind: 'wait', name: 'Ordered?', key: 'ordered', at: { column: 0, row: 0 }, config: { event: 'cart/ordered', match: 'data.cartId', timeout: '4h' }, ...passedInTests },
    { kind: 'http', name: 'Count as won', key: 'won', after: [{ step: 'ordered', port: 'out' }], at: { column: 1.5, row: 0 }, config: sends('PUT', 'playground://crm/carts/{{ event.data.cartId }}', { state: 'ordered' }) },
    { kind: 'mail', name: 'Send reminder', key: 'remind', after: [{ step: 'ordered', port: 'timeout' }], at: { column: 1.5, row: 1 }, config: mail('You left {{ event.data.items }} things in your cart', '<p>They are still there.</p>') },
  ])
  drawing.note('note_quiet', 'Half a minute without a change starts one run for the cart, however often it changed. A later change ends the run that waits, so one reminder goes out.', { x: 208, y: 208 }, { w: 400, h: 72 })
  return drawing.document
}

export function bulkMail(): GraphDocument {
  const drawing = new Drawing()
  const campaign = drawing.event('ev_campaign', 'campaign/started', { x: 0, y: 32 }, { campaignId: 'cmp_autumn', subject: 'What is new this autumn' })
  drawing.function({ slug: 'start-campaign', retries: 4, position: { x: 224, y: 0 }, startedBy: [campaign] }, [
    { kind: 'http', name: 'Load users', key: 'load', config: gets('playground://users/users?limit=40') },
    { kind: 'emit-each', name: 'One mail each', key: 'send_all', config: {
      items: '{{ steps.load.body.users }}', event: 'campaign/mail.due', canary: 10, stopAbove: 10,
      data: data({ email: '{{ item.email }}', name: '{{ item.name }}', subject: '{{ event.data.subject }}' }),
    } },
  ])
  const due = drawing.event('ev_due', 'campaign/mail.due', { x: 656, y: 32 }, { email: 'mara@north.example', name: 'Mara Klein', subject: 'What is new this autumn' })
  drawing.function({ slug: 'send-campaign-mail', retries: 5, concurrency: { limit: 20 }, position: { x: 880, y: 0 }, startedBy: [due] }, [
    { kind: 'http', name: 'Send e-mail', key: 'send', config: sends('POST', 'playground://mail/send', { to: '{{ event.data.email }}', subject: '{{ event.data.subject }}' }) },
  ])
  drawing.note('note_canary', 'Ten go first; the rest follow once those completed. Above 10 % failures it stops by itself.', { x: 224, y: 144 }, { w: 464, h: 48 })
  return drawing.document
}
