'use client'
/** What a failure sets off: tries, the waits between them, and whom to call. */
import { Button } from '@mantine/core'
import { formatDuration } from '#base/duration.ts'
import { waitsOf } from '#canvas/flow-words.ts'
import { defaultBackoff, type Backoff } from '#graph/definition.ts'
import type { FunctionNode, StepNode } from '#graph/document.ts'
import { useEditor } from '../../context.ts'
import { Problem } from '../../form/field-frame.tsx'
import { NumberField, SelectField } from '../../form/text-field.tsx'
import { useProblem } from '../../form/use-field.ts'
import { useFunctionSlugs } from '../known-names.ts'
import { RetriesField } from '../retries-field.tsx'
import { useUpdate } from '../use-update.ts'
import panel from '../inspector.module.css'
import classes from './flow.module.css'

const nobody = '—'

export function FailureFields({ node }: { node: FunctionNode }) {
  const update = useUpdate(node)
  const slugs = useFunctionSlugs().filter((slug) => slug !== '' && (slug !== node.slug || slug === node.onFailure))
  const chosen = node.onFailure ?? nobody
  const options = [nobody, ...new Set([...slugs, ...(node.onFailure ? [node.onFailure] : [])])]
  return (
    <>
      <RetriesField label="Retries" value={node.retries} onChange={(value) => update('retries', value)} problem={useProblem('retries')} backoff={node.backoff ?? defaultBackoff} />
      <BackoffFields node={node} retries={node.retries} inherited={defaultBackoff} />
      <SelectField
        label="Then call" value={chosen} searchable problem={useProblem('onFailure')} options={options.map((slug) => ({ value: slug, label: slug === nobody ? 'Nobody' : slug }))}
        onChange={(slug) => update('onFailure', slug === nobody ? undefined : slug)}
        help="A function that gets the failure when a run has failed for good. Example: tell-on-call."
      />
    </>
  )
}

/** Waits of a function, or of one step that differs from its function. */
export function BackoffFields({ node, retries, inherited }: { node: FunctionNode | StepNode; retries: number; inherited: Backoff }) {
  const { editor } = useEditor()
  const update = useUpdate(node)
  const problem = useProblem('backoff')
  if (node.backoff === undefined) {
    if (retries === 0) return null
    return <Button size="compact-xs" variant="subtle" className={panel.more} px={0} onClick={() => update('backoff', { ...inherited })}>Change the waits between tries</Button>
  }
  const { backoff } = node
  const set = (patch: Partial<Backoff>): void => update('backoff', { ...backoff, ...patch })
  const back = (): void => {
    update('backoff', undefined)
    editor.closeGesture()
  }
  return (
    <section className={panel.group}>
      <div className={panel.sectionHead}>
        <h3>Waits between tries</h3>
        <Button size="compact-xs" variant="subtle" onClick={back}>{node.type === 'step' ? 'As the function' : 'Back to normal'}</Button>
      </div>
      <div className={classes.pair}>
        <NumberField label="First, s" value={Math.round(backoff.baseMs / 1000)} min={0} max={86_400} onChange={(value) => set({ baseMs: (value ?? 0) * 1000 })} />
        <NumberField label="Times" value={backoff.factor} min={1} max={10} onChange={(value) => set({ factor: value ?? 1 })} />
        <NumberField label="Longest, s" value={Math.round(backoff.maxMs / 1000)} min={0} max={86_400} onChange={(value) => set({ maxMs: (value ?? 0) * 1000 })} />
        <NumberField label="Spread, %" value={Math.round(backoff.jitter * 100)} min={0} max={100} onChange={(value) => set({ jitter: (value ?? 0) / 100 })} />
      </div>
      <p className={classes.waits}>{waitsText(retries, backoff)}</p>
      {problem && <Problem problem={problem} />}
    </section>
  )
}

/** "Waits 10 s, 20 s, 40 s, 1 m 20 s, each up to 20 % shorter or longer." */
export function waitsText(retries: number, backoff: Backoff): string {
  if (retries === 0) return 'There are no retries, so nothing waits.'
  const waits = waitsOf(retries, backoff)
  const shown = waits.slice(0, 6).map(formatDuration).join(', ')
  const spread = Math.round(backoff.jitter * 100)
  return `Waits ${shown}${waits.length > 6 ? ` … ${formatDuration(waits.at(-1)!)}` : ''}${spread > 0 ? `, ${waits.length > 1 ? 'each ' : ''}up to ${spread} % shorter or longer` : ''}.`
}
