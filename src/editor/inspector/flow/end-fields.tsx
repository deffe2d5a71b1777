'use client'
/** What ends runs before they are done: events, and time. */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { FunctionNode } from '#graph/document.ts'
import { FieldFrame } from '../../form/field-frame.tsx'
import { asyncPaths, likelyKey, type EventPath } from '../../form/event-path.ts'
import { KeyField } from '../../form/key-field.tsx'
import { TextField } from '../../form/text-field.tsx'
import { useLeave, useProblem } from '../../form/use-field.ts'
import { useEventNames } from '../known-names.ts'
import { useUpdate } from '../use-update.ts'
import { ConditionText } from './condition-text.tsx'
import { compact } from './limit-fields.tsx'
import classes from './flow.module.css'

type CancelOn = NonNullable<FunctionNode['cancelOn']>[number]
const most = 5

export function EndFields({ node, paths }: { node: FunctionNode; paths: EventPath[] }) {
  const list = node.cancelOn ?? []
  const update = useUpdate(node)
  const leave = useLeave()
  const problem = useProblem('cancelOn')
  const write = (next: CancelOn[]): void => update('cancelOn', next.length === 0 ? undefined : next)
  return (
    <>
      <FieldFrame
        label="Events that end a run" problem={problem}
        help="Open runs stop before their next step. Example: order/cancelled with the same data.orderId ends the reminder."
        aside={(
          <Button
            size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} stroke={1.7} />} disabled={list.length >= most}
            onClick={() => {
              write([...list, { event: '' }])
              leave()
            }}
          >
            Add an event
          </Button>
        )}
      >
        {list.map((one, index) => (
          <CancelItem
            key={index} item={one} index={index} paths={paths} onChange={(next) => write(list.map((other, i) => (i === index ? next : other)))}
            onRemove={() => {
              write(list.filter((_, i) => i !== index))
              leave()
            }}
          />
        ))}
      </FieldFrame>
      <TimeLimits node={node} />
    </>
  )
}

interface ItemProps {
  item: CancelOn
  index: number
  paths: EventPath[]
  onChange(next: CancelOn): void
  onRemove(): void
}

function CancelItem({ item, index, paths, onChange, onRemove }: ItemProps) {
  const at = `cancelOn.${index}`
  const names = useEventNames()
  const [event, timeout] = [useProblem(`${at}.event`), useProblem(`${at}.timeout`)]
  const set = (patch: Partial<CancelOn>): void => onChange(compact({ ...item, ...patch }))
  const matches = paths.filter((one) => one.path.startsWith('event.data.')).map((one) => ({ ...one, path: one.path.slice('event.'.length) }))
  return (
    <div className={classes.item} style={{ marginBottom: 8 }}>
      <div className={classes.itemHead}>
        <span>Event {index + 1}</span>
        <Tooltip label="Remove this event"><ActionIcon size={24} variant="subtle" aria-label={`Remove event ${index + 1}`} onClick={onRemove}><IconX size={13} stroke={1.7} /></ActionIcon></Tooltip>
      </div>
      <TextField label={`Ends on ${index + 1}`} value={item.event} mono suggestions={names} problem={event} placeholder="order/cancelled" onChange={(value) => set({ event: value })} />
      <KeyField label="Same value at" field={`${at}.match`} value={item.match} paths={matches} onChange={(match) => set({ match })} placeholder={likelyKey(paths)?.slice('event.'.length) ?? 'data.orderId'} help="Optional: only runs whose event has the same value there." />
      <ConditionText
        label="And only if" field={`${at}.if`} value={item.if} onChange={(value) => set({ if: value })}
        paths={[...asyncPaths(paths), ...paths]}
        help="Optional: event began the run, async is the one that arrives."
      />
      <TextField label="Within" value={item.timeout ?? ''} problem={timeout} placeholder="As long as it is open" onChange={(value) => set({ timeout: value === '' ? undefined : value })} help="Optional: only until this long after the run has started. One that has not started yet can always be ended." />
    </div>
  )
}

function TimeLimits({ node }: { node: FunctionNode }) {
  const timeouts = node.timeouts ?? {}
  const update = useUpdate(node)
  const [start, finish] = [useProblem('timeouts.start'), useProblem('timeouts.finish')]
  const set = (patch: typeof timeouts): void => {
    const next = compact({ ...timeouts, ...patch })
    update('timeouts', Object.keys(next).length === 0 ? undefined : next)
  }
  const text = (value: string): string | undefined => (value === '' ? undefined : value)
  return (
    <FieldFrame label="Time limits" help="A run that takes longer is cancelled. Example: 10m to start, 2h to finish.">
      <div className={classes.pair}>
        <TextField label="To start" value={timeouts.start ?? ''} problem={start} placeholder="No limit" onChange={(value) => set({ start: text(value) })} />
        <TextField label="To finish" value={timeouts.finish ?? ''} problem={finish} placeholder="No limit" onChange={(value) => set({ finish: text(value) })} />
      </div>
    </FieldFrame>
  )
}
