'use client'
import { useEffect, useState, type ReactNode } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import { canHandleError, canRepeat } from '#graph/compile/check-each.ts'
import type { StepNode } from '#graph/document.ts'
import { renameStep, renameStepKey } from '#graph/edit/update-node.ts'
import { longestText } from '#graph/operations.ts'
import { useEditor } from '../context.ts'
import { useDataAtHand } from '../data/data-at-hand.ts'
import { CurlPaste } from '../form/curl-paste.tsx'
import { Fields } from '../form/fields.tsx'
import { MailPreview } from '../form/mail-preview.tsx'
import { PayloadShape } from '../form/payload-shape.tsx'
import { SchemaForm } from '../form/schema-form.tsx'
import { TextField } from '../form/text-field.tsx'
import { useProblem, type FieldProblem } from '../form/use-field.ts'
import { InItemProvider } from '../form/use-readable.ts'
import { PriceLine, PriceTag } from '../preview/price-tag.tsx'
import { useReckoning } from '../preview/use-reckoning.ts'
import { PinNote } from '../try/pin-note.tsx'
import { LastRun, LastRunLine } from './last-run.tsx'
import { StepEach } from './step-each.tsx'
import { StepFailure } from './step-failure.tsx'
import classes from './inspector.module.css'

export function StepPanel({ node }: { node: StepNode }) {
  return node.kind === 'emit-each' ? <PricedForm node={node} /> : <StepForm node={node} />
}

/** Of an emit per item: what it sets off in a line above the form, and in detail below. */
function PricedForm({ node }: { node: StepNode }) {
  const [items, setItems] = useState<number | null>(null)
  const reckoning = useReckoning(node, items)
  return (
    <StepForm
      node={node} above={<PriceLine node={node} reckoning={reckoning} />}
      below={reckoning === null ? null : <PriceTag node={node} reckoning={reckoning} typed={items !== null} onTyped={setItems} />}
    />
  )
}

function StepForm({ node, above = null, below = null }: { node: StepNode; above?: ReactNode; below?: ReactNode }) {
  return (
    <>
      <PinNote node={node} />
      <LastRunLine node={node} />
      <Fields>
        <div className={classes.two}>
          <NameField node={node} />
          <KeyField node={node} />
        </div>
      </Fields>
      {above}
      <Fields>
        {node.kind === 'http' ? <CurlPaste step={node}><SchemaForm step={node} /></CurlPaste> : <SchemaForm step={node} />}
        {(node.kind === 'emit' || node.kind === 'emit-each' || node.kind === 'invoke') && <InItemProvider value={node.kind === 'emit-each'}><PayloadShape step={node} /></InItemProvider>}
      </Fields>
      {node.kind === 'mail' && <MailPreview step={node} />}
      {below}
      <LastRun node={node} />
      <Fields>
        {canRepeat(node.kind) && <section className={classes.part}><StepEach node={node} /></section>}
        <StepFailure node={node} handles={canHandleError(node.kind)} />
      </Fields>
    </>
  )
}

/** Until runs know it, the key follows. */
function NameField({ node }: { node: StepNode }) {
  const { editor, published } = useEditor()
  const keepKey = useDataAtHand().steps.has(node.id) || published?.document?.nodes[node.id] !== undefined
  const change = (name: string): void => editor.edit(`Edit name of ${nodeTitle(node)}`, (document) => renameStep(document, node.id, name, { keepKey }), { group: `${node.id}.name` })
  return <TextField label="Step name" value={node.name} onChange={change} problem={useProblem('name')} most={longestText('step', 'name')} />
}

/** A key is read by other steps: it is renamed with them, and only once what is typed can be one. */
function KeyField({ node }: { node: StepNode }) {
  const { editor } = useEditor()
  const found = useProblem('key')
  const [text, setText] = useState(node.key)
  const [refused, setRefused] = useState<FieldProblem | null>(null)
  useEffect(() => {
    setText(node.key)
    setRefused(null)
  }, [node.key])
  const change = (next: string): void => {
    setText(next)
    const renamed = renameStepKey(editor.store.getState().document, node.id, next)
    if ('refused' in renamed) return setRefused({ severity: 'error', text: `${renamed.refused} It is still steps.${node.key}.` })
    setRefused(null)
    editor.edit(`Rename ${node.key}`, () => renamed.document, { group: `${node.id}.key` })
  }
  return <TextField label="Key" value={text} onChange={change} problem={refused ?? found} mono />
}
