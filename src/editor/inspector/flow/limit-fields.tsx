'use client'
/** How many run at once, and how many start in a time. */
import type { FunctionNode } from '#graph/document.ts'
import { likelyKey, type EventPath } from '../../form/event-path.ts'
import { KeyField } from '../../form/key-field.tsx'
import { NumberField, SwitchField, TextField } from '../../form/text-field.tsx'
import { useProblem } from '../../form/use-field.ts'
import { useUpdate } from '../use-update.ts'
import { Rule } from './rule.tsx'
import classes from './flow.module.css'

interface Props {
  node: FunctionNode
  paths: EventPath[]
}

export function LimitFields({ node, paths }: Props) {
  const { concurrency, concurrency2 } = node
  const key = likelyKey(paths)
  const update = useUpdate(node)
  return (
    <>
      <Rule
        field="concurrency" label="Limit how many run at once" on={concurrency !== undefined}
        about="More wait in line. Sleeping and waiting runs do not count." example="Example: 10 at once, for a database that takes no more."
        onToggle={(on) => update('concurrency', on ? { limit: 10 } : undefined)}
      >
        <OneLimit node={node} name="concurrency" paths={paths} />
      </Rule>
      {(concurrency !== undefined || concurrency2 !== undefined) && (
        <Rule
          field="concurrency2" label="A second limit" on={concurrency2 !== undefined}
          about="A run starts when both have room." example="Example: 50 at once, and one for each user."
          onToggle={(on) => update('concurrency2', on ? { limit: 1, ...(key === undefined ? {} : { key }) } : undefined)}
        >
          <OneLimit node={node} name="concurrency2" paths={paths} />
        </Rule>
      )}
      <ThrottleFields node={node} paths={paths} />
      <RateFields node={node} paths={paths} />
    </>
  )
}

function OneLimit({ node, name, paths }: Props & { name: 'concurrency' | 'concurrency2' }) {
  const update = useUpdate(node)
  const problem = useProblem(`${name}.limit`)
  const limit = node[name]
  if (limit === undefined) return null
  const set = (patch: Partial<typeof limit>): void => update(name, compact({ ...limit, ...patch }))
  const second = name === 'concurrency2'
  return (
    <>
      <NumberField label={second ? 'Runs at once, second limit' : 'Runs at once'} value={limit.limit} min={1} max={100_000} problem={problem} onChange={(value) => set({ limit: value ?? 0 })} />
      <KeyField
        label={second ? 'For each, second limit' : 'For each'} field={`${name}.key`} value={limit.key} paths={paths} onChange={(key) => set({ key })}
        help="Optional: the limit holds for each value by itself."
      />
      <SwitchField
        label="Shared with the workspace" help="One limit for all functions with this same key text. If their numbers differ, the smallest counts for all." value={limit.scope === 'workspace'}
        onChange={(on) => set({ scope: on ? 'workspace' : undefined })}
      />
    </>
  )
}

function ThrottleFields({ node, paths }: Props) {
  const { throttle } = node
  const update = useUpdate(node)
  const [limit, period, burst] = [useProblem('throttle.limit'), useProblem('throttle.period'), useProblem('throttle.burst')]
  const set = (patch: Partial<NonNullable<typeof throttle>>): void => update('throttle', compact({ ...throttle, ...patch }))
  return (
    <Rule
      field="throttle" label="Throttle" on={throttle !== undefined}
      about="Starts runs no faster than this; later ones wait their turn, none is lost." example="Example: 100 in 1m, for an API that allows 100 calls a minute."
      onToggle={(on) => update('throttle', on ? { limit: 100, period: '1m' } : undefined)}
    >
      {throttle && (
        <>
          <div className={classes.pair}>
            <NumberField label="Starts" value={throttle.limit} min={1} max={1_000_000} problem={limit} onChange={(value) => set({ limit: value ?? 0 })} />
            <TextField label="In" value={throttle.period} problem={period} placeholder="1m" onChange={(value) => set({ period: value })} />
          </div>
          <NumberField label="More in a burst" value={throttle.burst} min={0} placeholder="0" problem={burst} onChange={(value) => set({ burst: value })} help="Optional: this many may start together before the pace holds." />
          <KeyField label="Throttle for each" field="throttle.key" value={throttle.key} paths={paths} onChange={(key) => set({ key })} help="Optional: each value has its own pace." />
        </>
      )}
    </Rule>
  )
}

function RateFields({ node, paths }: Props) {
  const { rateLimit } = node
  const update = useUpdate(node)
  const [limit, period] = [useProblem('rateLimit.limit'), useProblem('rateLimit.period')]
  const set = (patch: Partial<NonNullable<typeof rateLimit>>): void => update('rateLimit', compact({ ...rateLimit, ...patch }))
  return (
    <Rule
      field="rateLimit" label="Rate limit" on={rateLimit !== undefined}
      about="Events beyond this start no run; they are kept and shown as skipped." example="Example: 1 in 1h for each user, for a reminder that must not repeat."
      onToggle={(on) => update('rateLimit', on ? { limit: 10, period: '1h' } : undefined)}
    >
      {rateLimit && (
        <>
          <div className={classes.pair}>
            <NumberField label="Runs" value={rateLimit.limit} min={1} max={1_000_000} problem={limit} onChange={(value) => set({ limit: value ?? 0 })} />
            <TextField label="Every" value={rateLimit.period} problem={period} placeholder="1h" onChange={(value) => set({ period: value })} />
          </div>
          <KeyField label="Rate limit for each" field="rateLimit.key" value={rateLimit.key} paths={paths} onChange={(key) => set({ key })} help="Optional: each value has its own count." />
        </>
      )}
    </Rule>
  )
}

/** Without members that are undefined: an absent one is what they mean. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}
