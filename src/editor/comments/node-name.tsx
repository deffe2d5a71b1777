'use client'
import { nodeTitle } from '#canvas/describe.ts'
import type { GraphNode } from '#graph/document.ts'
import type { Thread } from '#server/comments/store.ts'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState } from '../context.ts'
import classes from './comments.module.css'

/** What a thread is about, by its name now; a deleted thing keeps the name it had. */
export function threadTitle(thread: Thread, node: GraphNode | undefined): string {
  if (thread.node === null) return 'On the canvas'
  return node === undefined ? thread.title : nodeTitle(node)
}

/** What a thread is on, one click from it. */
export function NodeName({ thread }: { thread: Thread }) {
  const { editor } = useEditor()
  const node = useEditorState((state) => state.document.nodes[thread.node ?? ''])
  const title = <span className="cut">{threadTitle(thread, node)}</span>
  if (thread.node !== null && node === undefined) return <span className={classes.on}>{title} <small>deleted</small></span>
  const go = (): void => {
    if (thread.at !== null) canvasApi()?.showPoint(thread.at)
    if (node === undefined) return
    editor.select([node.id])
    canvasApi()?.reveal([node.id])
  }
  return <button type="button" className={classes.on} onClick={go} title="Show it in the drawing">{title}</button>
}
