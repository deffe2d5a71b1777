/** Templates that move data: syncs, imports, relays, batches. */
import type { GraphDocument } from '#graph/document.ts'
import { data, Drawing, gets, sends } from '#examples/draw.ts'

export function nightlySync(): GraphDocument {
  const drawing = new Drawing()
  const night = drawing.schedule('sc_night', '0 2 * * *', 'Europe/Berlin', { x: 0, y: 32 })
  drawing.function({ slug: 'plan-user-sync', retries: 4, position: { x: 128, y: 0 }, startedBy: [night] }, [
    { kind: 'http', name: 'Load users', key: 'load', config: gets('playground://users/users?limit=25') },
    { kind: 'emit-each', name: 'One sync each', key: 'sync_all', config: { items: '{{ steps.load.body.users }}', event: 'sync/user.due', data: data({ userId: '{{ item.id }}', email: '{{ item.email }}' }) } },
  ])
  const due = drawing.event('ev_due', 'sync/user.due', { x: 560, y: 32 }, { userId: 'usr_0001', email: 'mara@north.example' })
  drawing.function({ slug: 'sync-user', retries: 6, concurrency: { limit: 20 }, position: { x: 768, y: 0 }, startedBy: [due] }, [
    { kind: 'http', name: 'Write to CRM', key: 'write', config: sends('PUT', 'playground://crm/contacts/{{ event.data.userId }}', { email: '{{ event.data.email }}' }) },
  ])
  return drawing.document
}

export function webhookRelay(): GraphDocument {
  const drawing = new Drawing()
  const received = drawing.event('ev_received', 'relay/received', { x: 208, y: 32 }, { type: 'invoice.created', id: 'in_42' })
  drawing.webhook('wh_relay', 'Payments', { x: 0, y: 32 }, received)
  drawing.function({ slug: 'relay-to-warehouse', retries: 10, position: { x: 416, y: 0 }, startedBy: [received] }, [
    { kind: 'http', name: 'Pass on', key: 'pass', config: sends('POST', 'playground://warehouse/hooks', { received: '{{ event.data }}' }) },
  ])
  drawing.function({ slug: 'relay-to-billing', retries: 10, position: { x: 416, y: 160 }, startedBy: [received] }, [
    { kind: 'http', name: 'Pass on', key: 'pass', config: sends('POST', 'playground://billing/hooks', { received: '{{ event.data }}' }) },
  ])
  drawing.note('note_relay', 'What arrives is stored before it is answered. Each receiver has ten retries of its own.', { x: 416, y: 304 }, { w: 416, h: 48 })
  return drawing.document
}

export function dataImport(): GraphDocument {
  const drawing = new Drawing()
  const file = drawing.event('ev_file', 'import/file.received', { x: 0, y: 32 }, { file: 'contacts.csv', rows: [{ email: 'a@example.com' }, { email: 'b@example.com' }, { email: 'c@example.com' }] })
  drawing.function({ slug: 'import-file', retries: 4, position: { x: 240, y: 0 }, startedBy: [file] }, [
    { kind: 'emit-each', name: 'One run a row', key: 'rows', at: { column: 0, row: 0 }, config: { items: '{{ event.data.rows }}', event: 'import/row.due', data: data({ email: '{{ item.email }}', row: '{{ index }}' }) } },
    { kind: 'gather', name: 'Wait for all', key: 'results', at: { column: 1, row: 1 }, config: { of: 'rows', only: 'failed', offset: '0', limit: '100', timeout: '1h' } },
    { kind: 'http', name: 'Report', key: 'report', after: [{ step: 'results', port: 'out' }], at: { column: 2.5, row: 1 }, config: sends('POST', 'playground://slack/messages', { channel: '#imports', text: '{{ event.data.file }} is imported' }) },
    { kind: 'http', name: 'Say it is late', key: 'late', after: [{ step: 'results', port: 'timeout' }], at: { column: 2.5, row: 2 }, config: sends('POST', 'playground://slack/messages', { channel: '#imports', text: '{{ event.data.file }} takes more than an hour' }) },
  ])
  const row = drawing.event('ev_row', 'import/row.due', { x: 848, y: 32 }, { email: 'a@example.com', row: 0 })
  drawing.function({ slug: 'import-row', retries: 3, concurrency: { limit: 50 }, position: { x: 1056, y: 0 }, startedBy: [row] }, [
    { kind: 'http', name: 'Create contact', key: 'create', config: sends('POST', 'playground://crm/contacts', { email: '{{ event.data.email }}' }) },
  ])
  return drawing.document
}

export function batchToWarehouse(): GraphDocument {
  const drawing = new Drawing()
  const measured = drawing.event('ev_measured', 'meter/measured', { x: 0, y: 32 }, { meter: 'm_17', kwh: 3.2 })
  drawing.function({ slug: 'load-measurements', retries: 8, position: { x: 208, y: 0 }, startedBy: [measured], flow: { batch: { size: 100, timeout: '10s' } } }, [
    { kind: 'http', name: 'Write rows', key: 'write', config: sends('POST', 'playground://warehouse/rows', { rows: '{{ events.map((one) => one.data) }}' }) },
  ])
  drawing.note('note_batch', 'Up to 100 events, or what came in ten seconds, go in one request.', { x: 208, y: 144 }, { w: 352, h: 48 })
  return drawing.document
}
