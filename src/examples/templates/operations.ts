/** Templates for operations: incidents, tickets, invoices, refunds, orders. */
import type { GraphDocument } from '#graph/document.ts'
import { data, Drawing, passedInTests, sends } from '#examples/draw.ts'

const slack = (channel: string, text: string) => sends('POST', 'playground://slack/messages', { channel, text })

export function incidentEscalation(): GraphDocument {
  const drawing = new Drawing()
  const opened = drawing.event('ev_incident', 'incident/opened', { x: 0, y: 64 }, { incidentId: 'inc_311', title: 'Checkout answers 500', severity: 1 })
  drawing.function({ slug: 'escalate-incident', retries: 6, position: { x: 208, y: 0 }, startedBy: [opened] }, [
    { kind: 'http', name: 'Page on-call', key: 'page', at: { column: 0, row: 0 }, config: slack('#on-call', '{{ event.data.title }} ({{ event.data.incidentId }})') },
    { kind: 'approval', name: 'Who takes it?', key: 'takes', at: { column: 1, row: 0 }, config: { title: 'Take over: {{ event.data.title }}?', message: 'Approve to take it. Reject to pass it on to the lead.', timeout: '15m' } },
    { kind: 'http', name: 'Say who', key: 'taken', after: [{ step: 'takes', port: 'approved' }], at: { column: 2.5, row: 0 }, config: slack('#incidents', '{{ event.data.incidentId }} is being worked on') },
    { kind: 'http', name: 'Pass to the lead', key: 'lead', after: [{ step: 'takes', port: 'rejected' }], at: { column: 2.5, row: 1 }, config: slack('#leads', '{{ event.data.incidentId }} needs someone') },
    { kind: 'http', name: 'Page the lead', key: 'page_lead', after: [{ step: 'takes', port: 'timeout' }], at: { column: 2.5, row: 2 }, config: slack('#leads', 'Nobody took {{ event.data.incidentId }} in 15 minutes') },
  ])
  drawing.function({ slug: 'log-incident', retries: 4, position: { x: 208, y: 304 }, startedBy: [opened] }, [
    { kind: 'http', name: 'Open a record', key: 'record', config: sends('POST', 'playground://crm/incidents', { id: '{{ event.data.incidentId }}', title: '{{ event.data.title }}' }) },
  ])
  return drawing.document
}

export function invoiceChasing(): GraphDocument {
  const drawing = new Drawing()
  const sent = drawing.event('ev_invoice', 'invoice/sent', { x: 0, y: 32 }, { invoiceId: 'inv_7001', email: 'accounts@orchard.example', amountCents: 129_000 })
  const remind = (subject: string) => ({ to: '{{ event.data.email }}', subject, body: '<p>Invoice {{ event.data.invoiceId }} is still open.</p>' })
  drawing.function({ slug: 'chase-invoice', retries: 4, position: { x: 208, y: 0 }, startedBy: [sent] }, [
    { kind: 'wait', name: 'Paid?', key: 'paid', at: { column: 0, row: 0 }, config: { event: 'invoice/paid', match: 'data.invoiceId', timeout: '14d' }, ...passedInTests },
    { kind: 'mail', name: 'First reminder', key: 'first', after: [{ step: 'paid', port: 'timeout' }], at: { column: 1.5, row: 1 }, config: remind('Invoice {{ event.data.invoiceId }} is due') },
    { kind: 'wait', name: 'Paid now?', key: 'paid_late', after: ['first'], at: { column: 2.5, row: 1 }, config: { event: 'invoice/paid', match: 'data.invoiceId', timeout: '7d' }, ...passedInTests },
    { kind: 'http', name: 'Mark as paid', key: 'mark', after: [{ step: 'paid', port: 'out' }, { step: 'paid_late', port: 'out' }], at: { column: 4, row: 0 }, config: sends('PATCH', 'playground://billing/invoices/{{ event.data.invoiceId }}', { status: 'paid' }) },
    { kind: 'mail', name: 'Second reminder', key: 'second', after: [{ step: 'paid_late', port: 'timeout' }], at: { column: 4, row: 1 }, config: remind('Second reminder: invoice {{ event.data.invoiceId }}') },
    { kind: 'http', name: 'Tell finance', key: 'finance', after: ['second'], at: { column: 5, row: 1 }, config: slack('#finance', '{{ event.data.invoiceId }} is open for three weeks') },
  ])
  return drawing.document
}

export function refundApproval(): GraphDocument {
  const drawing = new Drawing()
  const asked = drawing.event('ev_refund', 'refund/requested', { x: 0, y: 64 }, { chargeId: 'ch_51f0', email: 'jonas@example.com', amountCents: 18_900 })
  const refund = sends('POST', 'playground://billing/refunds', { charge: '{{ event.data.chargeId }}', amount: '{{ event.data.amountCents }}' })
  drawing.function({ slug: 'decide-refund', retries: 4, position: { x: 224, y: 0 }, startedBy: [asked] }, [
    { kind: 'condition', name: 'Above 100 €?', key: 'large', at: { column: 0, row: 0 }, config: { mode: 'if', cases: [{ id: 'c1', label: '', when: 'event.data.amountCents > 10000' }] } },
    { kind: 'approval', name: 'Ask finance', key: 'ask', after: [{ step: 'large', port: 'true' }], at: { column: 1.25, row: 0 }, config: { title: 'Refund {{ (event.data.amountCents / 100).toFixed(2) }} € to {{ event.data.email }}?', message: '', timeout: '3d' } },
    { kind: 'http', name: 'Refund', key: 'approved', after: [{ step: 'ask', port: 'approved' }], at: { column: 2.75, row: 0 }, config: refund },
    { kind: 'mail', name: 'Say no', key: 'say_no', after: [{ step: 'ask', port: 'rejected' }], at: { column: 2.75, row: 1 }, config: { to: '{{ event.data.email }}', subject: 'About your refund', body: '<p>We cannot refund this one.</p>' } },
    { kind: 'http', name: 'Remind finance', key: 'late', after: [{ step: 'ask', port: 'timeout' }], at: { column: 2.75, row: 2 }, config: slack('#finance', 'The refund of {{ event.data.chargeId }} waits for three days: nobody decided') },
    { kind: 'http', name: 'Refund at once', key: 'small', after: [{ step: 'large', port: 'false' }], at: { column: 1.25, row: 3 }, config: refund },
  ])
  return drawing.document
}

export function slaTimer(): GraphDocument {
  const drawing = new Drawing()
  const ticket = drawing.event('ev_ticket', 'ticket/opened', { x: 0, y: 32 }, { ticketId: 'tic_90', subject: 'Cannot sign in', email: 'ola@example.com' })
  drawing.function({ slug: 'watch-ticket', retries: 4, position: { x: 208, y: 0 }, startedBy: [ticket] }, [
    { kind: 'wait', name: 'Answered?', key: 'answered', at: { column: 0, row: 0 }, config: { event: 'ticket/answered', match: 'data.ticketId', timeout: '4h' }, ...passedInTests },
    { kind: 'http', name: 'Keep the time', key: 'keep', after: [{ step: 'answered', port: 'out' }], at: { column: 1.5, row: 0 }, config: sends('PUT', 'playground://crm/tickets/{{ event.data.ticketId }}', { inTime: true }) },
    { kind: 'emit', name: 'Too late', key: 'missed', after: [{ step: 'answered', port: 'timeout' }], at: { column: 1.5, row: 1 }, config: { event: 'ticket/sla.missed', data: data({ ticketId: '{{ event.data.ticketId }}', subject: '{{ event.data.subject }}' }) } },
  ])
  const missed = drawing.event('ev_missed', 'ticket/sla.missed', { x: 704, y: 80 }, { ticketId: 'tic_90', subject: 'Cannot sign in' })
  drawing.function({ slug: 'tell-support-lead', retries: 4, position: { x: 928, y: 0 }, startedBy: [missed] }, [
    { kind: 'http', name: 'Tell the lead', key: 'tell', config: slack('#support-leads', '{{ event.data.subject }} waits for four hours') },
  ])
  drawing.function({ slug: 'raise-ticket', retries: 4, position: { x: 928, y: 160 }, startedBy: [missed] }, [
    { kind: 'http', name: 'Raise priority', key: 'raise', config: sends('PATCH', 'playground://crm/tickets/{{ event.data.ticketId }}', { priority: 'high' }) },
  ])
  return drawing.document
}

export function statusNotifier(): GraphDocument {
  const drawing = new Drawing()
  const changed = drawing.event('ev_status', 'shipment/status.changed', { x: 0, y: 32 }, { shipmentId: 'shp_12', email: 'lea@example.com', status: 'in transit' })
  drawing.function({ slug: 'notify-of-status', retries: 4, position: { x: 240, y: 0 }, startedBy: [changed], flow: { debounce: { period: '30s', timeout: '5m', key: 'event.data.shipmentId' } } }, [
    { kind: 'http', name: 'Read shipment', key: 'shipment', config: { method: 'GET', url: 'playground://warehouse/shipments/{{ event.data.shipmentId }}', bodyType: 'none', body: '' } },
    { kind: 'mail', name: 'Tell customer', key: 'tell', config: { to: '{{ event.data.email }}', subject: 'Your parcel: {{ event.data.status }}', body: '<p>Shipment {{ steps.shipment.body.id }} is {{ event.data.status }}.</p>' } },
  ])
  drawing.note('note_debounce', 'Several changes in half a minute become one mail, about the last of them.', { x: 240, y: 144 }, { w: 400, h: 48 })
  return drawing.document
}

export function stockCheck(): GraphDocument {
  const drawing = new Drawing()
  const packed = drawing.event('ev_packed', 'order/packed', { x: 0, y: 32 }, { orderId: 'ord_1042', items: [{ sku: 'TEA-250', quantity: 2 }, { sku: 'POT-01', quantity: 1 }] })
  drawing.function({ slug: 'reorder-stock', retries: 4, position: { x: 208, y: 0 }, startedBy: [packed] }, [
    { kind: 'http', name: 'Count each item', key: 'count', config: { method: 'GET', url: 'playground://warehouse/stock/{{ item.sku }}', bodyType: 'none', body: '' }, more: { each: { items: '{{ event.data.items }}', concurrency: 5 } } },
    { kind: 'transform', name: 'Pick what is short', key: 'short', config: { fields: [{ name: 'skus', value: '{{ steps.count.map((one) => one.body).filter((one) => one.left < 10).map((one) => one.sku) }}' }] } },
    { kind: 'condition', name: 'Anything short?', key: 'any', config: { mode: 'if', cases: [{ id: 'c1', label: '', when: 'steps.short.skus.length > 0' }] } },
    { kind: 'http', name: 'Order more', key: 'reorder', after: [{ step: 'any', port: 'true' }], at: { column: 3.25, row: 0 }, config: sends('POST', 'playground://warehouse/orders', { skus: '{{ steps.short.skus }}' }) },
  ])
  return drawing.document
}
