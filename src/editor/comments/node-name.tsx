'use client'
import { nodeTitle } from '#canvas/describe.ts'
import type { Thread } from '#server/comments/store.ts'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState } from '../context.ts'
import classes from './comments.module.css'

/** What a thread is on, one click from it; a deleted thing keeps the name it had. */
export function NodeName({ thread }: { thread: Thread }) {
  const { editor } = useEditor()
  const node = useEditorState((state) => state.document.nodes[thread.node])
  if (node === undefined) return <span className={classes.on}><span className="cut">{thread.title}</span> <small>deleted</small></span>
  const go = (): void => {
    editor.select([node.id])
    canvasApi()?.reveal([node.id])
  }
  return <button type="button" className={classes.on} onClick={go} title="Show it in the drawing"><span className="cut">{nodeTitle(node)}</span></button>
}
