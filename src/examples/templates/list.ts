/** The gallery: drawings to begin with. All of them run offline, against the playground. */
import { adopt } from '#graph/adopt.ts'
import type { GraphDocument } from '#graph/document.ts'
import { examples, type Example } from '#examples/list.ts'
import { abandonedCart, bulkMail, leadRouting, trialExpiry, welcomeSeries } from '#examples/templates/customers.ts'
import { batchToWarehouse, dataImport, nightlySync, webhookRelay } from '#examples/templates/data.ts'
import { incidentEscalation, invoiceChasing, refundApproval, slaTimer, statusNotifier, stockCheck } from '#examples/templates/operations.ts'

export const templateCategories = ['Customers', 'Operations', 'Data', 'Patterns'] as const

export interface Template extends Example {
  category: (typeof templateCategories)[number]
  /** Where one event does not show what it is about: what to do. */
  hint?: string
}

const gathers = 'A test runs at once. To see it gather, publish it and send five events to what is live.'

const pattern = (example: Example): Template => ({ ...example, category: 'Patterns' })

export const templates: Template[] = [
  { slug: 'lead-routing', category: 'Customers', name: 'Lead routing', blurb: 'Sends each lead to the people for its size, and records all of them.', draw: leadRouting },
  { slug: 'welcome-series', category: 'Customers', name: 'Welcome series', blurb: 'Three mails over a week; who leaves gets no more of them.', draw: welcomeSeries },
  { slug: 'trial-expiry', category: 'Customers', name: 'Trial expiry', blurb: 'Waits for an upgrade, reminds three days before the end, then closes the trial.', draw: trialExpiry },
  { slug: 'abandoned-cart', category: 'Customers', name: 'Abandoned cart', blurb: 'Waits four hours for the order; without one it sends a reminder.', draw: abandonedCart, hint: gathers },
  { slug: 'bulk-mail', category: 'Customers', name: 'Bulk e-mail with a canary', blurb: 'Ten mails go first, the rest 20 at a time; too many failures stop it.', draw: bulkMail },
  { slug: 'incident-escalation', category: 'Operations', name: 'Incident escalation', blurb: 'Pages on-call, asks who takes it, and goes to the lead when nobody does.', draw: incidentEscalation },
  { slug: 'invoice-chasing', category: 'Operations', name: 'Invoice chasing', blurb: 'Waits two weeks for the payment, then reminds twice, a week apart.', draw: invoiceChasing },
  { slug: 'refund-approval', category: 'Operations', name: 'Refund approval', blurb: 'Small refunds at once; large ones when a person approves.', draw: refundApproval },
  { slug: 'sla-timer', category: 'Operations', name: 'SLA timer', blurb: 'A ticket nobody answers in four hours is raised, and the lead hears of it.', draw: slaTimer },
  { slug: 'status-notifier', category: 'Operations', name: 'Status change notifier', blurb: 'Many changes in half a minute become one mail.', draw: statusNotifier, hint: gathers },
  { slug: 'stock-check', category: 'Operations', name: 'Stock check per item', blurb: 'One step counts every item of an order, five at a time; what runs short is ordered.', draw: stockCheck },
  { slug: 'nightly-sync', category: 'Data', name: 'Nightly sync', blurb: 'Loads all users at night and syncs each in a run of its own, 20 at a time.', draw: nightlySync },
  { slug: 'webhook-relay', category: 'Data', name: 'Webhook relay with retries', blurb: 'Passes what a webhook receives to two systems that retry alone.', draw: webhookRelay },
  { slug: 'data-import', category: 'Data', name: 'Import per row', blurb: 'Every row of a file is a run; the import reports when the last has ended.', draw: dataImport },
  { slug: 'batch-to-warehouse', category: 'Data', name: 'Batch to warehouse', blurb: 'Collects up to 100 events and writes them in one request.', draw: batchToWarehouse, hint: gathers },
  ...examples.map(pattern),
]

/** A template as a drawing of its own: addresses nobody knows, and slugs that are free in the workspace. */
export function fromTemplate(template: Template, taken: Iterable<string>): GraphDocument {
  return adopt(template.draw(), { slugs: taken, hooks: true }).document
}
