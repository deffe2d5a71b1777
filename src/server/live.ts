/** Engine notifications to screens. What changed is named; the screen asks again for what it shows. */
import { publicId } from '#base/ids.ts'
import type { LiveChange } from '#engine/api.ts'
import { getEngine } from '#server/engine.ts'
import { onMemberChanged, whileMember } from '#server/members/member-news.ts'
import { inWorkspace } from '#server/procedures.ts'
import { rooms } from '#server/presence/rooms.ts'
import type { Company } from '#server/presence/router.ts'
import { router } from '#server/trpc.ts'

export interface ScreenChange {
  /** Public ids; `more` when there were too many to name. */
  runs: string[]
  more: boolean
  events: boolean
  workflows: string[]
  fanOuts: string[]
  /** Of workflows the person has open: who is there now, when somebody moved, came or went. */
  rooms: Company[]
  /** The person's role, or the workspace's name, may be another one now. */
  member: boolean
}

export const liveRouter = router({
  /** One for all windows of a browser, so it brings what any of them shows. */
  changes: inWorkspace.subscription(async function* ({ ctx, signal }): AsyncGenerator<ScreenChange> {
    for await (const { change, rooms: moved, member } of whileMember(ctx.user.id, ctx.workspace, signal, (until) => newsOf(ctx.workspace.id, ctx.user.id, until))) {
      const company = [...moved].filter((workflow) => rooms().isIn(workflow, ctx.user.id)).map((workflow) => ({ workflow, people: rooms().people(workflow) }))
      if (change !== null || company.length > 0 || member) yield { ...onScreen(change ?? nothing), rooms: company, member }
    }
  }),
})

function onScreen(change: LiveChange): Omit<ScreenChange, 'rooms' | 'member'> {
  return {
    runs: change.runs.map((id) => publicId('run', id)), more: change.more, events: change.events,
    workflows: change.workflows.map((id) => publicId('wf', id)), fanOuts: change.fanOuts.map((id) => publicId('fan', id)),
  }
}

const nothing: LiveChange = { runs: [], more: false, events: false, workflows: [], fanOuts: [] }
const pendingRunsMax = 50

/** What changed in the workspace; changes during a slow read are joined into one. */
export function changesOf(workspaceId: string, signal: AbortSignal | undefined): AsyncGenerator<LiveChange> {
  return gathered((add) => getEngine().live.subscribe(workspaceId, add), join, signal)
}

interface News {
  change: LiveChange | null
  /** Workflows in which somebody moved. */
  rooms: ReadonlySet<string>
  member: boolean
}

const still: ReadonlySet<string> = new Set()

function newsOf(workspaceId: string, userId: string, signal: AbortSignal | undefined): AsyncGenerator<News> {
  return gathered<News>((add) => {
    const stops = [
      getEngine().live.subscribe(workspaceId, (change) => add({ change, rooms: still, member: false })),
      rooms().subscribe(workspaceId, (workflow) => add({ change: null, rooms: new Set([workflow]), member: false })),
      onMemberChanged(workspaceId, userId, () => add({ change: null, rooms: still, member: true })),
    ]
    return () => stops.forEach((stop) => stop())
  }, (a, b) => ({
    change: a.change === null || b.change === null ? (a.change ?? b.change) : join(a.change, b.change),
    rooms: new Set([...a.rooms, ...b.rooms]), member: a.member || b.member,
  }), signal)
}

/** Calls as an async sequence; what comes during a slow read is joined into one. */
async function* gathered<T>(subscribe: (add: (one: T) => void) => () => void, both: (a: T, b: T) => T, signal: AbortSignal | undefined): AsyncGenerator<T> {
  // At most one.
  const pending: T[] = []
  let wake: () => void = () => {}
  const unsubscribe = subscribe((one) => {
    pending[0] = pending.length === 0 ? one : both(pending[0] as T, one)
    wake()
  })
  const stop = () => wake()
  signal?.addEventListener('abort', stop)
  try {
    while (!ended(signal)) {
      if (pending.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const next = pending.splice(0)
      if (!ended(signal)) yield* next
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    unsubscribe()
  }
}

function ended(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false
}

function join(a: LiveChange, b: LiveChange): LiveChange {
  const runs = [...new Set([...a.runs, ...b.runs])]
  return {
    runs: runs.slice(0, pendingRunsMax), more: a.more || b.more || runs.length > pendingRunsMax,
    events: a.events || b.events, workflows: [...new Set([...a.workflows, ...b.workflows])], fanOuts: [...new Set([...a.fanOuts, ...b.fanOuts])],
  }
}
