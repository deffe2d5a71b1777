'use client'
/** What a step's failure sets off: tries of its own, and which way the run goes when they are used up. */
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useId } from 'react'
import { defaultBackoff } from '#graph/definition.ts'
import type { StepNode } from '#graph/document.ts'
import { errorLines, setOnError, type OnError } from '#graph/edit/set-on-error.ts'
import { useEditor, useEditorState } from '../context.ts'
import { Problem } from '../form/field-frame.tsx'
import { useProblem } from '../form/use-field.ts'
import { BackoffFields } from './flow/failure-fields.tsx'
import { RetriesField } from './retries-field.tsx'
import { useUpdate } from './use-update.ts'
import classes from './inspector.module.css'

const choices: { value: OnError; label: string; about: string }[] = [
  { value: 'fail', label: 'The run fails', about: 'Steps after this one do not run.' },
  { value: 'continue', label: 'Go on', about: 'The next steps run and can read what went wrong.' },
  { value: 'branch', label: 'Own branch', about: 'The run leaves by the red way out instead.' },
]

export function StepFailure({ node, handles }: { node: StepNode; handles: boolean }) {
  const update = useUpdate(node)
  const frame = useEditorState((state) => state.document.nodes[node.parent])
  const [retries, backoff] = frame?.type === 'function' ? [frame.retries, frame.backoff ?? defaultBackoff] : [0, defaultBackoff]
  return (
    <section className={classes.part}>
      <div className={classes.sectionHead}><h3>If it fails</h3></div>
      <RetriesField
        label="Retries" value={node.retries ?? retries} onChange={(value) => update('retries', value)} problem={useProblem('retries')} backoff={node.backoff ?? backoff}
        aside={node.retries === undefined
          ? <span className={classes.quiet}>as the function: {retries}</span>
          : <Button size="compact-xs" variant="subtle" onClick={() => update('retries', undefined)}>As the function: {retries}</Button>}
      />
      <BackoffFields node={node} retries={node.retries ?? retries} inherited={backoff} />
      {handles && <AfterLastTry node={node} />}
    </section>
  )
}

function AfterLastTry({ node }: { node: StepNode }) {
  const { editor } = useEditor()
  const problem = useProblem('onError')
  const name = useId()
  const chosen = node.onError ?? 'fail'
  const choose = (value: OnError): void => {
    const lines = value === 'branch' ? 0 : errorLines(editor.store.getState().document, node.id).length
    editor.edit(`Change what happens when ${node.name} fails`, (document) => setOnError(document, node.id, value))
    editor.closeGesture()
    if (lines > 0) notifications.show({ id: 'error-lines-gone', message: `${lines === 1 ? 'The line' : `The ${lines} lines`} from the red way out went with it. Undo brings both back.`, autoClose: 6000, withBorder: true })
  }
  return (
    <fieldset className={classes.choices}>
      <legend>When no try is left</legend>
      {choices.map(({ value, label, about }) => (
        <label key={value} data-chosen={value === chosen || undefined}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => choose(value)} />
          <span><b>{label}</b><small>{about}</small></span>
        </label>
      ))}
      {chosen !== 'fail' && <p className={classes.quiet}>Later steps read <code className="mono">steps.{node.key}?.error?.message</code></p>}
      {problem && <Problem problem={problem} />}
    </fieldset>
  )
}
