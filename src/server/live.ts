/** Engine notifications to screens. What changed is named; the screen asks again for what it shows. */
import { publicId } from '#base/ids.ts'
import type { LiveChange } from '#engine/api.ts'
import { getEngine } from '#server/engine.ts'
import { inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

export interface ScreenChange {
  /** Public ids; `more` when there were too many to name. */
  runs: string[]
  more: boolean
  events: boolean
  workflows: string[]
  fanOuts: string[]
}

export const liveRouter = router({
  changes: inWorkspace.subscription(async function* ({ ctx, signal }): AsyncGenerator<ScreenChange> {
    for await (const change of changesOf(ctx.workspace.id, signal)) {
      yield { runs: change.runs.map((id) => publicId('run', id)), more: change.more, events: change.events, workflows: change.workflows.map((id) => publicId('wf', id)), fanOuts: change.fanOuts.map((id) => publicId('fan', id)) }
    }
  }),
})

const pendingRunsMax = 50

/** The hub's calls as an async sequence; calls during a slow read are joined into one. */
export async function* changesOf(workspaceId: string, signal: AbortSignal | undefined): AsyncGenerator<LiveChange> {
  let pending: LiveChange | null = null
  let wake: () => void = () => {}
  const unsubscribe = getEngine().live.subscribe(workspaceId, (change) => {
    pending = pending === null ? change : join(pending, change)
    wake()
  })
  const stop = () => wake()
  signal?.addEventListener('abort', stop)
  try {
    while (!ended(signal)) {
      if (pending === null) await new Promise<void>((resolve) => (wake = resolve))
      const next: LiveChange | null = pending
      pending = null
      if (next !== null && !ended(signal)) yield next
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
