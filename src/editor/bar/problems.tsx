'use client'
/** "2 to fix, 1 to check": all findings, one click from their place. */
import { Button, Popover } from '@mantine/core'
import { useState } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import { canvasApi } from '../canvas-api.ts'
import { MarkedText } from '../form/marked-text.tsx'
import { useEditor, useEditorState } from '../context.ts'
import classes from './bar.module.css'

export function problemsText(errors: number, warnings: number): string {
  if (errors + warnings === 0) return 'Nothing to fix'
  return [errors > 0 ? `${errors} to fix` : '', warnings > 0 ? `${warnings} to check` : ''].filter(Boolean).join(', ')
}

export function Problems() {
  const { findings } = useEditor()
  const [open, setOpen] = useState(false)
  const { errors, warnings, diagnostics } = findings
  const clean = diagnostics.length === 0
  return (
    <Popover opened={open} onChange={setOpen} width={360} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="subtle" color="gray" px={8} data-testid="problems" onClick={() => setOpen(!open)} className={classes.problems}
          leftSection={clean ? undefined : <StatusGlyph state={errors > 0 ? 'error' : 'warning'} size={15} label="" />}
        >
          {problemsText(errors, warnings)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={4}>
        {clean ? <p className={classes.clean}>Everything drawn here can run.</p> : <ProblemList list={diagnostics} onGo={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  )
}

export function ProblemList({ list, onGo }: { list: Diagnostic[]; onGo: () => void }) {
  const { editor } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  const sorted = [...list].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
  const go = (id: string): void => {
    editor.select([id])
    canvasApi()?.reveal([id])
    onGo()
  }
  return (
    <ul className={classes.list}>
      {sorted.map((one, i) => {
        const node = nodes[one.nodeId]
        return (
          <li key={i}>
            <button type="button" onClick={() => go(one.nodeId)}>
              <StatusGlyph state={one.severity} size={13} />
              <span>
                <b>{node ? nodeTitle(node) : one.nodeId}</b>
                <MarkedText text={one.message} /> <span className={classes.quietText}><MarkedText text={one.fix} /></span>
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
