'use client'
import { Button, CloseButton } from '@mantine/core'
import { useEffect } from 'react'
import { nodeKind, nodeTitle } from '#canvas/describe.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { tell } from '../commands/tell.ts'
import { useEditor, useEditorState } from '../context.ts'
import classes from '../editor.module.css'

/** An edit of yours touched what somebody removed: what, by whom, and the way back. */
export function ConflictNote() {
  const { editor } = useEditor()
  const conflict = useEditorState((state) => state.conflict)
  const taken = useEditorState((state) => state.taken)
  useEffect(() => {
    if (taken === null) return
    if (conflict === null) tell('dropped', `${taken.by} removed ${nodeKind[taken.node.type].toLowerCase()} ${nodeTitle(taken.node)}, which was open here.`, 9000)
    editor.set({ taken: null })
  }, [taken, conflict, editor])
  if (conflict === null) return null
  const main = conflict.nodes.find((node) => node.type === 'function') ?? conflict.nodes[0]
  if (main === undefined) return null
  const more = conflict.nodes.length - 1
  return (
    <div className={classes.conflict} role="alert">
      <StatusGlyph state="warning" label="" />
      <div>
        <b>{conflict.by ?? 'Somebody'} removed {nodeKind[main.type].toLowerCase()} {nodeTitle(main)}{more > 0 ? ` and ${more} more` : ''} while you were editing it.</b>{' '}
        Your edit “{conflict.edit}” is not in the drawing now. Nothing else is affected.
      </div>
      <Button size="xs" onClick={() => editor.putBackConflict()}>Put it back</Button>
      <CloseButton size={24} aria-label="Leave it removed" onClick={() => editor.set({ conflict: null })} />
    </div>
  )
}
