'use client'
/** Rules that keep the same work from being done twice. */
import type { FunctionNode } from '#graph/document.ts'
import { type EventPath } from '../../form/event-path.ts'
import { KeyField } from '../../form/key-field.tsx'
import { SelectField } from '../../form/text-field.tsx'
import { useUpdate } from '../use-update.ts'
import { compact } from './limit-fields.tsx'
import { Rule } from './rule.tsx'

export function OnceFields({ node, paths }: { node: FunctionNode; paths: EventPath[] }) {
  const { singleton, idempotency } = node
  const update = useUpdate(node)
  return (
    <>
      <Rule
        field="singleton" label="One run at a time" on={singleton !== undefined}
        about="While a run is open, also while it sleeps or waits, the next is skipped or takes its place." example="Example: a nightly sync that must not overlap itself."
        onToggle={(on) => update('singleton', on ? { mode: 'skip' } : undefined)}
      >
        {singleton && (
          <>
            <SelectField
              label="When one is open" value={singleton.mode} options={[{ value: 'skip', label: 'Skip the new run' }, { value: 'cancel', label: 'Cancel the open run, start the new one' }]}
              onChange={(mode) => update('singleton', { ...singleton, mode })}
            />
            <KeyField label="One run for each" field="singleton.key" value={singleton.key} paths={paths} onChange={(key) => update('singleton', compact({ ...singleton, key }))} help="Optional: runs of different values may be open together." />
          </>
        )}
      </Rule>
      <Rule
        field="idempotency-rule" label="Once per value" on={idempotency !== undefined}
        about="At most one run for each value in 24 hours; others are skipped." example="Example: event.data.orderId, when the sender may repeat itself."
        onToggle={(on) => update('idempotency', on ? '' : undefined)}
      >
        <KeyField label="Value" field="idempotency" value={idempotency} paths={paths} onChange={(value) => update('idempotency', value ?? '')} help="Left empty, every event counts." />
      </Rule>
    </>
  )
}
