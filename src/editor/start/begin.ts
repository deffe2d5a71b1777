/** What each of the three doors of an empty canvas draws. Pure; one document, so one undo step. */
import type { GraphDocument, Position } from '#graph/document.ts'
import { addEvent, addFunction, addSchedule, addWebhook, type Added } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { eventHeight, inletY, nodeSize, roundTo, snap } from '#graph/sizes.ts'
import type { PlaceOptions } from '../place.ts'

const gap = 96

const at = (middle: Position, dx: number, dy: number): Position => ({ x: roundTo(middle.x + dx, snap), y: roundTo(middle.y + dy, snap) })

/** Where something stands whose line arrives `half` below its top, so that the line from a source is straight. */
function beside({ document, id }: Added, { x, half }: { x: number; half: number }): Position {
  const source = document.nodes[id]!
  return { x, y: source.position.y + nodeSize(source).h / 2 - half }
}

function join(document: GraphDocument, source: string, target: string): GraphDocument {
  const joined = connect(document, { source, target })
  return 'document' in joined ? joined.document : document
}

/**
 * A webhook that becomes an event. Answers the webhook's id: its panel waits for the first request. The event is named
 * after the workflow: with one name for all, a request to one webhook would start what stands behind the others.
 */
export function beginWithWebhook(document: GraphDocument, middle: Position, { hookId, workflow }: { hookId: string; workflow: string }): Added {
  const webhook = addWebhook(document, { position: at(middle, -210, -32), hookId })
  const event = addEvent(webhook.document, { position: beside(webhook, { x: roundTo(middle.x - 210 + 96 + gap, snap), half: eventHeight / 2 }), event: `${workflow}/received` })
  return { document: join(event.document, webhook.id, event.id), id: webhook.id }
}

/** A schedule and the function it starts. Answers the schedule's id: its panel says when. */
export function beginWithSchedule(document: GraphDocument, middle: Position, { timezone, taken }: PlaceOptions): Added {
  const schedule = addSchedule(document, { position: at(middle, -220, -24), timezone })
  const added = addFunction(schedule.document, { position: beside(schedule, { x: roundTo(middle.x - 220 + 48 + gap, snap), half: inletY }), ...(taken ? { taken } : {}) })
  return { document: join(added.document, schedule.id, added.id), id: schedule.id }
}
