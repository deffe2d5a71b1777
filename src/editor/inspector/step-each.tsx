'use client'
/** Doing a step's work once for each item of a list. */
import type { StepNode } from '#graph/document.ts'
import { eachConcurrencyMax } from '#graph/compile/check-each.ts'
import { useStepPaths } from './event-paths.ts'
import { NumberField, SelectField, TextField } from '../form/text-field.tsx'
import { useProblem } from '../form/use-field.ts'
import { Rule } from './flow/rule.tsx'
import { useUpdate } from './use-update.ts'

export function StepEach({ node }: { node: StepNode }) {
  const { each } = node
  const update = useUpdate(node)
  const [items, concurrency] = [useProblem('each.items'), useProblem('each.concurrency')]
  const paths = useStepPaths(node)
  const list = paths.find((one) => one.value.startsWith('['))?.path
  return (
    <Rule
      field="each" label="Repeat for each item of a list" on={each !== undefined}
      about="Once for each of up to 1,000 items, with item and index in its fields; its output is the list of outputs." example="Example: look up every line of an order."
      onToggle={(on) => update('each', on ? { items: list === undefined ? '' : `{{ ${list} }}`, concurrency: 10 } : undefined)}
    >
      {each && (
        <>
          <TextField label="List" value={each.items} expr="template" wants="list" problem={items} placeholder={'{{ event.data.items }}'} onChange={(value) => update('each', { ...each, items: value })} />
          <NumberField label="Items at once" value={each.concurrency} min={1} max={eachConcurrencyMax} problem={concurrency} onChange={(value) => update('each', { ...each, concurrency: value ?? 0 })} />
          <SelectField
            label="When an item fails" value={each.onError ?? 'fail'} options={[{ value: 'fail', label: 'The step fails' }, { value: 'continue', label: 'Keep going; its output is { error }' }]}
            onChange={(onError) => update('each', { items: each.items, concurrency: each.concurrency, ...(onError === 'continue' ? { onError } : {}) })}
          />
        </>
      )}
    </Rule>
  )
}
