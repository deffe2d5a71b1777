/**
 * Open runs that an arriving event ends (`cancelOn`), in the transaction that stores the event and after
 * its runs are in, so that the events of one transaction see each other in their order. The rules of the
 * version a run began with count for it. One look per rule, however many events came, at the open runs that want
 * what they bring (`cancel-keys.ts`).
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { endRuns, type EndedRun, type RunToEnd } from '#engine/end-runs.ts'
import { cancelKeysFor, textAt } from '#engine/flow/cancel-keys.ts'
import { cancelsOf, type Cancel } from '#engine/flow/cancel-rules.ts'
import { holds, type CancelRule } from '#engine/flow/compile-flow.ts'
import type { RoutingTable } from '#engine/match.ts'
import { flowCancellable } from '#engine/sql/flow.ts'
import { numbers, uuids } from '#engine/sql/arrays.ts'
import type { Plan, PlannedEvent } from '#engine/store-events.ts'

export const cancelsSomething = (events: readonly PlannedEvent[], tables: Map<string, RoutingTable>): boolean =>
  events.some((event) => rulesFor(event, tables).length > 0)

function rulesFor(event: PlannedEvent, tables: Map<string, RoutingTable>): readonly Cancel[] {
  const table = event.ofTest === true ? undefined : tables.get(event.workspaceId)
  return table === undefined ? [] : cancelsOf(table.cancels, event.name)
}

/** An arriving event with its place in the plan. */
interface Arrival {
  event: PlannedEvent
  at: number
}

interface Candidate {
  run: string
  id: string
  name: string
  data: unknown
  ts: number
  v: string | null
}

export async function cancelOnEvents(client: pg.ClientBase, plan: Plan, tables: Map<string, RoutingTable>): Promise<EndedRun[]> {
  const arrivals = new Map<Cancel, Arrival[]>()
  plan.events.forEach((event, at) => {
    for (const cancel of rulesFor(event, tables)) arrivals.set(cancel, [...(arrivals.get(cancel) ?? []), { event, at }])
  })
  if (arrivals.size === 0) return []
  const begunAt = new Map(plan.runs.map((run) => [run.runId, run.eventId]))
  const places = new Map(plan.events.map((event, at) => [event.id, at]))
  const toEnd = new Map<string, RunToEnd>()
  for (const [cancel, list] of arrivals) {
    for (const origin of await candidates(client, cancel, list)) {
      const begun = begunAt.get(origin.run)
      const after = begun === undefined ? -1 : places.get(begun)!
      const arrival = list.find(({ event, at }) => at > after && event.id !== origin.id && matches(cancel.rule, origin, event))
      if (arrival !== undefined && !toEnd.has(origin.run)) toEnd.set(origin.run, { workspaceId: arrival.event.workspaceId, runId: origin.run, reason: reasonOf(arrival.event) })
    }
  }
  return endRuns(client, [...toEnd.values()])
}

async function candidates(client: pg.ClientBase, cancel: Cancel, list: Arrival[]): Promise<Candidate[]> {
  const events = list.map(({ event }) => event)
  const keys = cancelKeysFor(cancel, events)
  if (keys.length === 0) return []
  const { rows } = await client.query<Candidate>({
    ...flowCancellable, values: [events[0]!.workspaceId, cancel.functionId, numbers(cancel.versions), cancel.rule.timeoutMs, uuids(keys)],
  })
  return rows
}

function matches({ match, condition }: CancelRule, origin: Candidate, event: PlannedEvent): boolean {
  if (match !== null) {
    const value = textAt(event, match)
    if (value === undefined || textAt(origin, match) !== value) return false
  }
  return condition === null || holds(condition, { event: origin, async: event })
}

const reasonOf = (event: PlannedEvent) => new FanwiseError('run_cancelled', `Cancelled by the event ${event.name}.`, {
  fix: 'Nothing needs to be done. The function’s settings say which events cancel it.', facts: { event: publicId('evt', event.id) },
}).toShape()
