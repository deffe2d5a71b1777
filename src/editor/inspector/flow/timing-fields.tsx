'use client'
/** Whether events wait for each other before a run begins, and which run goes first. */
import type { FunctionNode } from '#graph/document.ts'
import { type EventPath } from '../../form/event-path.ts'
import { KeyField } from '../../form/key-field.tsx'
import { NumberField, TextField } from '../../form/text-field.tsx'
import { useProblem } from '../../form/use-field.ts'
import { useUpdate } from '../use-update.ts'
import { ConditionText } from './condition-text.tsx'
import { compact } from './limit-fields.tsx'
import { Rule } from './rule.tsx'
import classes from './flow.module.css'

interface Props {
  node: FunctionNode
  paths: EventPath[]
}

export function TimingFields({ node, paths }: Props) {
  const update = useUpdate(node)
  return (
    <>
      <DebounceFields node={node} paths={paths} />
      <BatchFields node={node} paths={paths} />
      <Rule
        field="priority-rule" label="Priority" on={node.priority !== undefined}
        about="Seconds of head start over other runs of this function, −600 to 600." example={'Example: event.data.plan == "pro" ? 120 : 0.'}
        onToggle={(on) => update('priority', on ? '0' : undefined)}
      >
        <KeyField label="Head start in seconds" field="priority" value={node.priority} paths={paths} onChange={(value) => update('priority', value ?? '')} placeholder={'event.data.plan == "pro" ? 120 : 0'} />
      </Rule>
    </>
  )
}

function DebounceFields({ node, paths }: Props) {
  const { debounce } = node
  const update = useUpdate(node)
  const [period, timeout] = [useProblem('debounce.period'), useProblem('debounce.timeout')]
  const set = (patch: Partial<NonNullable<typeof debounce>>): void => update('debounce', compact({ ...debounce, ...patch }))
  return (
    <Rule
      field="debounce" label="Debounce" on={debounce !== undefined}
      about="Waits until no further event has come for a while, then runs once, for the last." example="Example: 30s for each document, to index it when typing stops."
      onToggle={(on) => update('debounce', on ? { period: '30s' } : undefined)}
    >
      {debounce && (
        <>
          <div className={classes.pair}>
            <TextField label="Quiet for" value={debounce.period} problem={period} placeholder="30s" onChange={(value) => set({ period: value })} />
            <TextField label="At the latest after" value={debounce.timeout ?? ''} problem={timeout} placeholder="No limit" onChange={(value) => set({ timeout: value === '' ? undefined : value })} />
          </div>
          <KeyField label="Debounce for each" field="debounce.key" value={debounce.key} paths={paths} onChange={(key) => set({ key })} help="Optional: events of different values do not wait for each other." />
        </>
      )}
    </Rule>
  )
}

function BatchFields({ node, paths }: Props) {
  const { batch } = node
  const update = useUpdate(node)
  const [size, timeout] = [useProblem('batch.size'), useProblem('batch.timeout')]
  const set = (patch: Partial<NonNullable<typeof batch>>): void => update('batch', compact({ ...batch, ...patch }))
  return (
    <Rule
      field="batch" label="Batch" on={batch !== undefined}
      about="Collects events and runs once for all of them; steps read the list as events." example="Example: up to 100 rows or 10s, to write to a warehouse in one call."
      onToggle={(on) => update('batch', on ? { size: 100, timeout: '10s' } : undefined)}
    >
      {batch && (
        <>
          <div className={classes.pair}>
            <NumberField label="Events" value={batch.size} min={2} max={1000} problem={size} onChange={(value) => set({ size: value ?? 0 })} />
            <TextField label="Or after" value={batch.timeout} problem={timeout} placeholder="10s" onChange={(value) => set({ timeout: value })} />
          </div>
          <KeyField label="Batch for each" field="batch.key" value={batch.key} paths={paths} onChange={(key) => set({ key })} help="Optional: each value collects its own." />
          <ConditionText label="Only collect if" field="batch.if" value={batch.if} paths={paths} onChange={(value) => set({ if: value })} help="Optional: other events run alone, at once." />
        </>
      )}
    </Rule>
  )
}
