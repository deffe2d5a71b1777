/** The workflows that a new workspace starts with. */
import type { GraphDocument } from '#graph/document.ts'
import { orderCascade } from '#examples/order-cascade.ts'
import { parallelOrFanOut } from '#examples/parallel-or-fan-out.ts'
import { signupPipeline } from '#examples/signup-pipeline.ts'
import { weeklyDigest } from '#examples/weekly-digest.ts'

export interface Example {
  slug: string
  name: string
  /** One sentence for its card. */
  blurb: string
  draw(): GraphDocument
}

export const examples: Example[] = [
  { slug: 'signup-pipeline', name: 'Signup pipeline', blurb: 'One event, five functions that fail and retry alone.', draw: signupPipeline },
  { slug: 'weekly-digest', name: 'Weekly digest', blurb: 'A schedule loads users and sends one event for each, 50 at a time.', draw: weeklyDigest },
  { slug: 'order-cascade', name: 'Order cascade', blurb: 'The order is processed first; its own event then starts four more functions.', draw: orderCascade },
  { slug: 'parallel-or-fan-out', name: 'Parallel or fan-out', blurb: 'The same work both ways, side by side.', draw: parallelOrFanOut },
]
