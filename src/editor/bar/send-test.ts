'use client'
/** Starts a test: of the drawing as it is on the screen, or of what is live by a real event. */
import type { JsonObject } from '#base/json.ts'
import { FanwiseError } from '#base/errors.ts'
import { useTRPCClient } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'

export type TestTarget = 'drawing' | 'live'

export interface TestSent {
  event: string
  /** Runs of the drawing, each with its function; of what is live only how many. */
  runs: { id: string; function: string }[]
  count: number
  /** Null when it was a real event. */
  revision: number | null
}

export function useSendTest(): (target: TestTarget, event: { name: string; data: JsonObject }) => Promise<TestSent> {
  const { editor, workspace, slug } = useEditor()
  const client = useTRPCClient()
  return async (target, event) => {
    if (target === 'live') {
      const { id, runs } = await client.events.send.mutate({ workspace, ...event })
      return { event: id, runs: [], count: runs, revision: null }
    }
    // What is tested is what the server has; so it must have what is on the screen.
    if (!(await editor.autosave.flush())) {
      throw new FanwiseError('unavailable', 'The last edits have not reached the server, so they cannot be tested yet.', { fix: 'Test again when it says Saved.' })
    }
    const started = await client.workflows.test.mutate({ workspace, slug, revision: editor.autosave.seenRevision, event })
    return { event: started.eventId, runs: started.runs, count: started.runs.length, revision: started.revision }
  }
}
