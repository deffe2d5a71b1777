'use client'
/** Lays the drawing out anew, or what is selected of it: in a worker, shown as one movement, undone as one step. */
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { GraphDocument, GraphNode, Position } from '#graph/document.ts'
import { calm } from '#ui/calm.ts'
import { canvasApi } from '../canvas-api.ts'
import type { EditorContextValue } from '../context.ts'
import type { LayoutAnswer, LayoutRequest } from '../layout-worker.ts'
import type { Editor } from '../store.ts'
import { announce } from './announce.ts'
import { selectionName } from './selection-name.ts'

/** After this long a note says what is going on. */
const patientMs = 300
const moveMs = 250
/** More than this go to their places at once: moving them would stutter. */
const moveMost = 300

let stop: (() => void) | null = null

export async function tidyUp({ editor }: EditorContextValue): Promise<void> {
  stop?.()
  const { document, selected } = editor.store.getState()
  const chosen = [...selected].filter((id) => document.nodes[id] !== undefined)
  // One thing alone has nothing to be arranged with, but the steps in it have.
  const only = chosen.length > 1 || document.nodes[chosen[0] ?? '']?.type === 'function' ? chosen : undefined
  const answer = await layOut({ document, ...(only ? { only } : {}) }, only ? selectionName(document, only) : `${Object.keys(document.nodes).length} things`)
  if (answer === null) return
  if ('failed' in answer) {
    notifications.show({ message: 'The drawing could not be laid out. Nothing was moved.', autoClose: 6000, withBorder: true })
    return
  }
  if (answer.moved.length === 0) return announce('Everything is tidy already.')
  await move(editor, document, answer.moved)
  editor.edit('Tidy up', (now) => placed(now, answer.moved))
  editor.set({ drag: null })
  if (only === undefined) canvasApi()?.fit()
}

/** Null when a person stopped it, or asked again. */
function layOut(request: LayoutRequest, what: string): Promise<LayoutAnswer | null> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('../layout-worker.ts', import.meta.url), { type: 'module' })
    const note = 'tidy'
    const patience = setTimeout(() => notifications.show({
      id: note, loading: true, autoClose: false, withBorder: true, withCloseButton: false,
      message: <>Laying out {what}. You can go on working. <Button size="compact-xs" variant="subtle" onClick={() => end(null)}>Stop</Button></>,
    }), patientMs)
    const end = (answer: LayoutAnswer | null): void => {
      clearTimeout(patience)
      notifications.hide(note)
      worker.terminate()
      if (stop === cancel) stop = null
      resolve(answer)
    }
    const cancel = (): void => end(null)
    stop = cancel
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => end(data)
    worker.onerror = ({ message }) => end({ failed: message })
    worker.postMessage(request)
  })
}

/** Everybody else's edits stay; what is no longer there, or in another frame, is left alone. */
function placed(now: GraphDocument, moved: readonly GraphNode[]): GraphDocument {
  const nodes = { ...now.nodes }
  for (const to of moved) {
    const node = nodes[to.id]
    if (node === undefined || (node.type === 'step' && node.parent !== (to as typeof node).parent)) continue
    nodes[to.id] = { ...node, position: to.position, ...('size' in node && 'size' in to ? { size: to.size } : {}) } as GraphNode
  }
  return { ...now, nodes }
}

/** Shows the way there; ends at once when a person takes hold of something meanwhile. */
function move(editor: Editor, document: GraphDocument, moved: readonly GraphNode[]): Promise<void> {
  if (moved.length > moveMost || calm()) return Promise.resolve()
  const ways = moved.flatMap((to): [string, Position, Position][] => {
    const from = document.nodes[to.id]
    return from === undefined ? [] : [[to.id, from.position, to.position]]
  })
  return new Promise((resolve) => {
    const begun = performance.now()
    let last: Record<string, Position> | null = null
    const frame = (now: number): void => {
      const state = editor.store.getState()
      const share = Math.min(1, (now - begun) / moveMs)
      if (share === 1 || state.document !== document || state.drag !== last) return resolve()
      const eased = 1 - (1 - share) ** 3
      last = Object.fromEntries(ways.map(([id, from, to]) => [id, { x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased }]))
      editor.set({ drag: last })
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}
