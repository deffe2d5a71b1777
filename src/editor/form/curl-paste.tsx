'use client'
/** Fills an HTTP step from a cURL command: pasted here, or into the URL field. What gives access in it stays out of the drawing until a person says where it goes. */
import { Button, Textarea } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import { useRef, useState, type ClipboardEvent, type ReactNode } from 'react'
import type { JsonObject } from '#base/json.ts'
import type { StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { signInBack, type CurlSignIn } from '#steps/http/curl-sign-in.ts'
import { readCurl } from '#steps/http/curl.ts'
import { useEditor } from '../context.ts'
import { CurlConnection } from './curl-connection.tsx'
import { Problem } from './field-frame.tsx'
import type { FieldProblem } from './use-field.ts'
import classes from './form.module.css'

interface Offer {
  /** Each command has an offer of its own: nothing typed or read for one is kept with another's host. */
  n: number
  step: string
  signIn: CurlSignIn
  /** The form with what gives access, if it is to be part of the drawing after all. */
  whole: JsonObject
}

export function CurlPaste({ step, children }: { step: StepNode; children: ReactNode }) {
  const { editor } = useEditor()
  const [open, setOpen] = useState(false)
  const [said, setSaid] = useState<FieldProblem | null>(null)
  const [offer, setOffer] = useState<Offer | null>(null)
  const offers = useRef(0)
  const put = (label: string, config: JsonObject | ((now: JsonObject) => JsonObject)): void => {
    editor.edit(label, (document) => {
      const now = document.nodes[step.id]
      return now?.type === 'step' ? updateNode(document, step.id, { config: typeof config === 'function' ? config(now.config) : config }) : document
    })
    editor.closeGesture()
  }
  const fill = (text: string): boolean => {
    const n = ++offers.current
    const read = readCurl(text)
    if ('problem' in read) {
      setSaid({ severity: 'error', text: read.problem })
      return false
    }
    put(`Fill ${step.name} from cURL`, read.signIn === null ? read.config : read.signIn.without)
    setOffer(read.signIn === null ? null : { n, step: step.id, signIn: read.signIn, whole: read.config })
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
              if (event.key === 'Escape') {
                setOpen(false)
                setSaid(null)
              }
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
      {offer !== null && offer.step === step.id && (
        <CurlConnection
          key={offer.n} signIn={offer.signIn}
          onConnection={(name) => {
            // Made for a command that another one has taken the place of since.
            if (offers.current !== offer.n) return
            put(`Sign in ${step.name} with ${name}`, { auth: 'connection', connection: name })
            setOffer(null)
          }}
          onKeep={() => {
            put(`Keep the sign-in of ${step.name} in the drawing`, (now) => signInBack(now, offer.whole, offer.signIn.without))
            setOffer(null)
          }}
          onLater={() => setOffer(null)}
        />
      )}
      {children}
    </div>
  )
}
