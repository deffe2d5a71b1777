/** What each of the three doors of an empty canvas draws. Pure; one document, so one undo step. */
import type { GraphDocument, Position } from '#graph/document.ts'
import { addEvent, addFunction, addSchedule, addWebhook, type Added } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { frame, roundTo, snap } from '#graph/sizes.ts'
import type { PlaceOptions } from '../place.ts'

export const firstEventName = 'webhook/received'
const gap = 96

const at = (middle: Position, dx: number, dy: number): Position => ({ x: roundTo(middle.x + dx, snap), y: roundTo(middle.y + dy, snap) })

function join(document: GraphDocument, source: string, target: string): GraphDocument {
  const joined = connect(document, { source, target })
  return 'document' in joined ? joined.document : document
}

/** A webhook that becomes an event. Answers the webhook's id: its panel waits for the first request. */
export function beginWithWebhook(document: GraphDocument, middle: Position, hookId: string): Added {
  const webhook = addWebhook(document, { position: at(middle, -210, -32), hookId })
  const event = addEvent(webhook.document, { position: at(middle, -210 + 96 + gap, -32), event: firstEventName })
  return { document: join(event.document, webhook.id, event.id), id: webhook.id }
}

/** A schedule and the function it starts. Answers the schedule's id: its panel says when. */
export function beginWithSchedule(document: GraphDocument, middle: Position, { timezone, taken }: PlaceOptions): Added {
  const schedule = addSchedule(document, { position: at(middle, -220, -24), timezone })
  const added = addFunction(schedule.document, { position: at(middle, -220 + 48 + gap, -frame.min.h / 2), ...(taken ? { taken } : {}) })
  return { document: join(added.document, schedule.id, added.id), id: schedule.id }
}
