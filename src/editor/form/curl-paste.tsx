'use client'
/** Fills an HTTP step from a cURL command: pasted here, or into the URL field. */
import { Button, Textarea } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import { useState, type ClipboardEvent, type ReactNode } from 'react'
import type { StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { readCurl } from '#steps/http/curl.ts'
import { useEditor } from '../context.ts'
import { Problem } from './field-frame.tsx'
import type { FieldProblem } from './use-field.ts'
import classes from './form.module.css'

export function CurlPaste({ step, children }: { step: StepNode; children: ReactNode }) {
  const { editor } = useEditor()
  const [open, setOpen] = useState(false)
  const [said, setSaid] = useState<FieldProblem | null>(null)
  const fill = (text: string): boolean => {
    const read = readCurl(text)
    if ('problem' in read) {
      setSaid({ severity: 'error', text: read.problem })
      return false
    }
    editor.edit(`Fill ${step.name} from cURL`, (document) => updateNode(document, step.id, { config: read.config }))
    editor.closeGesture()
    setSaid(read.notes.length === 0 ? null : { severity: 'warning', text: read.notes.join(' ') })
    setOpen(false)
    return true
  }
  const takePaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text/plain')
    const intoField = event.target instanceof HTMLInputElement
    if (intoField && /^\s*[$%>]?\s*curl(\.exe)?\s/i.test(text) && fill(text)) event.preventDefault()
  }
  return (
    <div className={classes.curl} onPasteCapture={takePaste}>
      {open
        ? (
          <Textarea
            label="cURL command" autosize minRows={3} maxRows={10} autoFocus spellCheck={false} classNames={{ input: classes.mono ?? '' }} placeholder={'curl https://api.example.com/contacts -H \'Authorization: Bearer …\''}
            onPaste={(event) => {
              const text = event.clipboardData.getData('text/plain')
              if (fill(text)) event.preventDefault()
            }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setOpen(false)
              if (event.key === 'Enter' && !event.shiftKey && !event.currentTarget.value.trimEnd().endsWith('\\')) {
                event.preventDefault()
                fill(event.currentTarget.value)
              }
            }}
            description="It fills the form when it is pasted, or on Enter. One undo takes it back."
          />
        )
        : <Button size="compact-xs" variant="subtle" leftSection={<IconTerminal2 size={14} stroke={1.7} />} onClick={() => setOpen(true)}>Paste a cURL command</Button>}
      {said && <Problem problem={said} />}
      {children}
    </div>
  )
}
