'use client'
/** Starts a test: of the drawing as it is on the screen, or of what is live by a real event. */
import type { JsonObject } from '#base/json.ts'
import { FanwiseError } from '#base/errors.ts'
import { useTRPCClient } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import { useDataAtHand } from '../data/data-at-hand.ts'
import type { Outside } from '../try/outside-calls.ts'
import { outputsFor } from '../try/outputs-for.ts'

export interface TestTarget {
  what: 'drawing' | 'live'
  /** Node id of the only function that runs; null: all that react. */
  only: string | null
  /** What that function sends starts the drawing's others. */
  reachDraft: boolean
  outside: Outside
  /** So many events at once, to what is live. */
  times: number
}

export interface TestSent {
  /** The last one that was sent. */
  event: string
  events: number
  /** Runs of the drawing, each with its function; of what is live only how many. */
  runs: { id: string; function: string }[]
  count: number
  /** Null when it was a real event. */
  revision: number | null
  /** Of the functions that run: steps whose output is given instead, and what is good to know. */
  pinned: number
  stubbed: number
  notes: string[]
}

export function notSavedYet(): FanwiseError {
  return new FanwiseError('unavailable', 'The last edits have not reached the server, so they cannot be tested yet.', { fix: 'Test again when it says Saved.' })
}

export function useSendTest(): (target: TestTarget, event: { name: string; data: JsonObject }) => Promise<TestSent> {
  const { editor, workspace, slug } = useEditor()
  const client = useTRPCClient()
  const { steps } = useDataAtHand()
  return async ({ what, only, reachDraft, outside, times }, event) => {
    if (what === 'live') {
      const { id, runs } = await client.events.send.mutate({ workspace, ...event, times })
      return { event: id, events: times, runs: [], count: runs, revision: null, pinned: 0, stubbed: 0, notes: [] }
    }
    // What is tested is what the server has; so it must have what is on the screen.
    if (!(await editor.autosave.flush())) throw notSavedYet()
    const { document } = editor.store.getState()
    const { eventId, runs, revision, given, notes } = await client.workflows.test.mutate({
      workspace, slug, revision: editor.autosave.seenRevision, event, outside,
      ...(outside === 'stubbed' ? { outputs: outputsFor(document, Object.keys(document.nodes), steps) } : {}),
      ...(only === null ? {} : { part: { mode: 'function' as const, node: only }, reachDraft }),
    })
    const ran = new Set(runs.map((run) => run.function))
    const mine = given.filter((one) => ran.has(one.function))
    return { event: eventId, events: 1, runs, count: runs.length, revision, pinned: mine.filter((one) => one.as === 'pinned').length, stubbed: mine.filter((one) => one.as === 'stubbed').length, notes }
  }
}
