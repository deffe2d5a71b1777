/** Chained fan-out: the core work emits an event when it is done, and four functions react to that. */
import type { GraphDocument } from '#graph/document.ts'
import { data, Drawing, gets, sends } from '#examples/draw.ts'

const order = {
  orderId: 'ord_1042', customerId: 'cus_7f3a', customerEmail: 'jonas@example.com',
  items: [{ sku: 'TEA-250', name: 'Sencha, 250 g', quantity: 2, priceCents: 1450 }, { sku: 'POT-01', name: 'Iron teapot', quantity: 1, priceCents: 8900 }],
  totalCents: 11_800, currency: 'EUR',
}

export const confirmedSample = {
  orderId: order.orderId, customerId: order.customerId, customerEmail: order.customerEmail, items: order.items,
  chargeId: 'ch_51f0c2a9b3d4', estimatedDelivery: '2026-11-27', totalCents: order.totalCents,
}

export function orderCascade(): GraphDocument {
  const drawing = new Drawing()
  const placed = drawing.event('ev_placed', 'order/placed', { x: 0, y: 240 }, order)
  drawing.function({ slug: 'process-order', retries: 4, position: { x: 160, y: 208 }, startedBy: [placed] }, [
    { kind: 'http', name: 'Charge customer', key: 'charge', config: sends('POST', 'playground://billing/charges', { customer: '{{ event.data.customerId }}', amount: '{{ event.data.totalCents }}', currency: '{{ event.data.currency }}' }) },
    { kind: 'http', name: 'Update inventory', key: 'inventory', config: sends('POST', 'playground://warehouse/reservations', { orderId: '{{ event.data.orderId }}', items: '{{ event.data.items }}' }) },
    { kind: 'http', name: 'Create fulfilment', key: 'fulfilment', config: sends('POST', 'playground://warehouse/pick-orders', {
      orderId: '{{ event.data.orderId }}', items: '{{ event.data.items }}', estimatedDelivery: '{{ new Date(event.ts + 3 * 86400000).toISOString().slice(0, 10) }}',
    }) },
    { kind: 'http', name: 'Update record', key: 'update_record', config: sends('PUT', 'playground://crm/orders/{{ event.data.orderId }}', { status: 'processing', chargeId: '{{ steps.charge.body.id }}', fulfilmentId: '{{ steps.fulfilment.body.id }}' }) },
    { kind: 'emit', name: 'Emit', key: 'confirm', config: { event: 'order/confirmed', data: data({
      orderId: '{{ event.data.orderId }}', customerId: '{{ event.data.customerId }}', customerEmail: '{{ event.data.customerEmail }}', items: '{{ event.data.items }}',
      chargeId: '{{ steps.charge.body.id }}', estimatedDelivery: '{{ steps.fulfilment.body.estimatedDelivery }}', totalCents: '{{ event.data.totalCents }}',
    }) } },
  ])
  reactions(drawing, drawing.event('ev_confirmed', 'order/confirmed', { x: 976, y: 240 }, confirmedSample))
  drawing.note('note_core', 'Money and goods first, in one function.\nWho is told about it hangs on order/confirmed and cannot hold an order up.', { x: 160, y: 352 }, { w: 336, h: 64 })
  return drawing.document
}

function reactions(drawing: Drawing, confirmed: string): void {
  const x = 1184
  const startedBy = [confirmed]
  drawing.function({ slug: 'send-order-confirmation-email', retries: 4, position: { x, y: 0 }, startedBy }, [
    { kind: 'mail', name: 'Send e-mail', key: 'send', config: {
      to: '{{ event.data.customerEmail }}', subject: 'Your order {{ event.data.orderId }} is confirmed',
      body: '<p>Thank you for your order.</p>\n<p>It arrives around {{ event.data.estimatedDelivery }}.</p>',
    } },
  ])
  drawing.function({ slug: 'send-order-sms', retries: 2, position: { x, y: 144 }, startedBy }, [
    { kind: 'http', name: 'Look up phone', key: 'customer', config: gets('playground://crm/customers/{{ event.data.customerId }}') },
    { kind: 'http', name: 'Send SMS', key: 'send', config: sends('POST', 'playground://mail/sms', { to: '{{ steps.customer.body.phone ?? steps.customer.body.id }}', text: 'Order {{ event.data.orderId }} arrives {{ event.data.estimatedDelivery }}.' }) },
  ])
  drawing.function({ slug: 'update-loyalty-points', retries: 4, position: { x, y: 288 }, startedBy }, [
    { kind: 'transform', name: 'Count points', key: 'points', config: { fields: [{ name: 'earned', value: '{{ Math.floor(event.data.totalCents / 100) }}' }] } },
    { kind: 'http', name: 'Add points', key: 'add', config: sends('POST', 'playground://crm/loyalty', { customerId: '{{ event.data.customerId }}', points: '{{ steps.points.earned }}' }) },
  ])
  const goods = (priority: string) => sends('POST', 'playground://warehouse/orders', { orderId: '{{ event.data.orderId }}', items: '{{ event.data.items }}', priority })
  drawing.function({ slug: 'notify-warehouse', retries: 4, position: { x, y: 432 }, startedBy }, [
    { kind: 'condition', name: 'Large order?', key: 'large', at: { column: 0, row: 0 }, config: { mode: 'if', cases: [{ id: 'c1', label: 'large', when: 'event.data.totalCents > 10000' }] } },
    { kind: 'http', name: 'Push first', key: 'push_first', after: [{ step: 'large', port: 'true' }], at: { column: 1.25, row: 0 }, config: goods('high') },
    { kind: 'http', name: 'Push', key: 'push', after: [{ step: 'large', port: 'false' }], at: { column: 1.25, row: 1 }, config: goods('normal') },
  ])
}
