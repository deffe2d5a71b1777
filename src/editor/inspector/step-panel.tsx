'use client'
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { defaultBackoff } from '#graph/definition.ts'
import type { StepNode } from '#graph/document.ts'
import { renameStepKey } from '#graph/edit/update-node.ts'
import { useEditor, useEditorState } from '../context.ts'
import { SchemaForm } from '../form/schema-form.tsx'
import { TextField } from '../form/text-field.tsx'
import { useProblem, type FieldProblem } from '../form/use-field.ts'
import { AvailableData } from './available-data.tsx'
import { RetriesField } from './function-panel.tsx'
import { useUpdate } from './use-update.ts'
import classes from './inspector.module.css'

export function StepPanel({ node }: { node: StepNode }) {
  const update = useUpdate(node)
  const frame = useEditorState((state) => state.document.nodes[node.parent])
  const inherited = frame?.type === 'function' ? frame.retries : 0
  return (
    <>
      <div className={classes.two}>
        <TextField label="Step name" value={node.name} onChange={(value) => update('name', value)} problem={useProblem('name')} />
        <KeyField node={node} />
      </div>
      <SchemaForm step={node} />
      <AvailableData step={node} />
      <RetriesField
        label="Retries" value={node.retries ?? inherited} onChange={(value) => update('retries', value)} problem={useProblem('retries')}
        backoff={frame?.type === 'function' ? frame.backoff ?? defaultBackoff : defaultBackoff}
        aside={node.retries === undefined
          ? <span className={classes.quiet}>as the function: {inherited}</span>
          : <Button size="compact-xs" variant="subtle" onClick={() => update('retries', undefined)}>As the function: {inherited}</Button>}
      />
    </>
  )
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
