'use client'
/** One opening of the editor: joins the store to the server, this browser's storage and its other tabs. */
import type { TRPCClient } from '@trpc/client'
import { publicId } from '#base/ids.ts'
import { onWorkflowsEdited } from '#ui/live.tsx'
import { errorShape } from '#ui/trpc.tsx'
import type { AppRouter } from '#server/router.ts'
import type { WorkflowNow } from '#server/workflows/save-draft.ts'
import type { GraphDocument } from '#graph/document.ts'
import type { Operation } from '#graph/operations.ts'
import type { Transport, Trouble } from './autosave.ts'
import { newClientId } from './client-id.ts'
import { meetNeighbours } from './neighbours.ts'
import { openPendingStore } from './pending-store.ts'
import { createEditor, type Editor } from './store.ts'

export interface SessionOptions {
  client: TRPCClient<AppRouter>
  workspace: string
  slug: string
  /** Id of the workflow's row. */
  id: string
  /** Public id of whose edits these are: nobody else sends them, whoever is signed in by then. */
  author: string
  document: GraphDocument
  revision: number
  /** Hears with each answer what the workflow is called, and what of it is live. */
  onWorkflow?: (now: WorkflowNow) => void
}

export interface Session {
  editor: Editor
  /** Edits that were found here from a closed tab and are sent now. */
  recovered: number
  close(): void
}

const requestMs = 20_000
const pollMs = 15_000

export async function openSession({ client, workspace, slug, id, author, document, revision, onWorkflow }: SessionOptions): Promise<Session> {
  const draft = `${workspace}/${slug}`
  const clientId = newClientId()
  const pending = await openPendingStore(draft, clientId, author)
  const transport: Transport = {
    push: async ({ clientId: sender, sinceRevision, operations }) => {
      const signal = AbortSignal.timeout(requestMs)
      const seen = { workspace, slug, clientId: sender, sinceRevision }
      // Asking is open to whoever may only look.
      const { workflow, ...answer } = operations.length === 0
        ? await client.workflows.draftNews.query(seen, { signal })
        : await client.workflows.applyOperations.mutate({ ...seen, author, operations: operations as Operation[] }, { signal })
      onWorkflow?.(workflow)
      return answer
    },
    load: async () => {
      const loaded = await client.workflows.get.query({ workspace, slug }, { signal: AbortSignal.timeout(requestMs) })
      return { document: loaded.document, revision: loaded.revision }
    },
    explain,
  }
  const editor = createEditor({
    clientId, document, revision, pending: pending.left, transport, store: pending.store,
    timers: { set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>) },
  })
  const neighbours = meetNeighbours(draft, clientId, {
    count: (others) => editor.set({ otherTab: others > 0 }),
    saved: () => editor.autosave.news(),
  })
  const unsubscribe = editor.store.subscribe((state, before) => {
    if (before.save.waiting > 0 && state.save.kind === 'saved') neighbours.saved()
  })
  const stopNews = followNews(publicId('wf', id), editor)
  // What is given may come from this page's memory: it was drawn on since, by oneself on an earlier visit, too.
  editor.autosave.news()
  return {
    editor,
    recovered: pending.left.length,
    // Leaving the page is no reason to keep the last edits here: they are sent, and stay in this browser when that cannot be.
    close: () => {
      stopNews()
      void editor.autosave.flush().then(() => editor.autosave.written()).finally(() => {
        unsubscribe()
        neighbours.close()
        editor.dispose()
        pending.close()
      })
    },
  }
}

/**
 * Asks for news when the page's stream says that this workflow was edited, which one's own saves do too,
 * and now and then in case it cannot say. A hidden tab asks when it is looked at again.
 */
function followNews(workflow: string, editor: Editor): () => void {
  const visible = (): boolean => window.document.visibilityState === 'visible'
  const ask = (): void => {
    if (visible()) editor.autosave.news()
  }
  const stop = onWorkflowsEdited((workflows) => {
    if (workflows === 'unknown' || workflows.includes(workflow)) ask()
  })
  const poll = setInterval(ask, pollMs)
  const retry = (): void => {
    if (visible()) editor.autosave.retryNow()
  }
  window.addEventListener('online', retry)
  window.addEventListener('focus', retry)
  window.document.addEventListener('visibilitychange', retry)
  return () => {
    stop()
    clearInterval(poll)
    window.removeEventListener('online', retry)
    window.removeEventListener('focus', retry)
    window.document.removeEventListener('visibilitychange', retry)
  }
}

function explain(error: unknown): Trouble {
  const shape = errorShape(error)
  if (shape.code === 'unauthorized') return { kind: 'signed-out' }
  if (shape.code === 'not_found' && shape.field === 'slug') return { kind: 'deleted' }
  if (shape.code === 'unavailable' || error instanceof DOMException) return { kind: 'offline' }
  return { kind: 'refused', message: shape.message, ...(shape.fix ? { fix: shape.fix } : {}) }
}
