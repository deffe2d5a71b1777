'use client'
import { ActionIcon, Button } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useId } from 'react'
import { formatDuration } from '#base/duration.ts'
import { defaultBackoff } from '#graph/definition.ts'
import type { FunctionNode } from '#graph/document.ts'
import { RetryBars } from '#ui/retry-bars.tsx'
import { updateNode } from '#graph/edit/update-node.ts'
import { useEditor, useEditorState } from '../context.ts'
import { fitSlug } from '../fit-slug.ts'
import { FieldFrame } from '../form/field-frame.tsx'
import { NumberField, SwitchField, TextField } from '../form/text-field.tsx'
import { useLeave, useProblem } from '../form/use-field.ts'
import { LinkList, type LinkRow } from './link-list.tsx'
import { useUpdate } from './use-update.ts'
import classes from './inspector.module.css'

export function FunctionPanel({ node, fresh }: { node: FunctionNode; fresh: boolean }) {
  const update = useUpdate(node)
  const slug = useProblem('slug')
  const { editor } = useEditor()
  const rename = (value: string): void => editor.edit(
    `Rename ${node.slug}`, (document) => fitSlug(updateNode(document, node.id, { slug: value }), node.id), { group: `${node.id}.slug` },
  )
  const { nodes, edges } = useEditorState((state) => state.document)
  const starts = Object.values(edges).flatMap((edge): LinkRow[] => {
    const source = edge.type === 'subscription' && edge.target === node.id ? nodes[edge.source] : undefined
    if (source?.type === 'event') return [{ id: source.id, text: source.event || 'Unnamed event', mono: true, kind: 'event' }]
    return source?.type === 'schedule' ? [{ id: source.id, text: source.cron, mono: true, kind: 'schedule', note: source.timezone }] : []
  })
  const steps = Object.values(nodes)
    .flatMap((one) => (one.type === 'step' && one.parent === node.id ? [one] : []))
    .sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)
  return (
    <>
      <TextField label="Slug" value={node.slug} onChange={rename} problem={slug} mono fresh={fresh} help="Its name in the API, unique in the workspace: small letters, digits and hyphens." />
      <TextField label="Name" value={node.name ?? ''} onChange={(value) => update('name', value === '' ? undefined : value)} placeholder="Optional, for people" />
      <RetriesField label="Retries" value={node.retries} onChange={(value) => update('retries', value)} problem={useProblem('retries')} backoff={node.backoff ?? defaultBackoff} />
      <BackoffFields node={node} />
      <ConcurrencyFields node={node} />
      <LinkList title="Starts on" rows={starts} empty="Nothing starts it yet. Draw a line from an event or a schedule to its frame." />
      <LinkList title="Steps" rows={steps.map((step) => ({ id: step.id, text: step.name, kind: step.kind, note: `steps.${step.key}` }))} empty="No steps yet. Drag one from the left onto the frame." />
    </>
  )
}

interface RetriesProps {
  label: string
  value: number
  onChange(value: number): void
  problem: ReturnType<typeof useProblem>
  backoff: NonNullable<FunctionNode['backoff']>
  aside?: React.ReactNode
}

export function RetriesField({ label, value, onChange, problem, backoff, aside }: RetriesProps) {
  const id = useId()
  const leave = useLeave()
  const set = (next: number): void => onChange(Math.max(0, Math.min(20, next)))
  return (
    <FieldFrame label={label} htmlFor={id} problem={problem} aside={aside}>
      <div className={classes.retries}>
        <div className={classes.stepper}>
          <ActionIcon size={30} aria-label="One retry fewer" disabled={value <= 0} onClick={() => set(value - 1)}><IconMinus size={14} stroke={1.7} /></ActionIcon>
          <input
            id={id} className="num" inputMode="numeric" value={value} onBlur={leave}
            onChange={(event) => set(Number(event.currentTarget.value.replace(/\D/g, '').slice(0, 2) || 0))}
            onKeyDown={(event) => {
              if (event.key === 'ArrowUp') set(value + 1)
              if (event.key === 'ArrowDown') set(value - 1)
            }}
          />
          <ActionIcon size={30} aria-label="One retry more" disabled={value >= 20} onClick={() => set(value + 1)}><IconPlus size={14} stroke={1.7} /></ActionIcon>
        </div>
        <RetryBars left={value} />
        <span className={classes.quiet}>{delays(value, backoff)}</span>
      </div>
    </FieldFrame>
  )
}

/** "10 s → 20 s → 40 s, spread" */
function delays(retries: number, { baseMs, factor, maxMs, jitter }: NonNullable<FunctionNode['backoff']>): string {
  if (retries === 0) return 'one try only'
  const shown = Array.from({ length: Math.min(3, retries) }, (_, i) => formatDuration(Math.min(maxMs, baseMs * factor ** i)))
  return `${shown.join(' → ')}${retries > 3 ? ' …' : ''}${jitter > 0 ? ', spread' : ''}`
}

function BackoffFields({ node }: { node: FunctionNode }) {
  const { editor } = useEditor()
  const update = useUpdate(node)
  if (node.backoff === undefined) {
    return <Button size="compact-xs" variant="subtle" className={classes.more} onClick={() => update('backoff', { ...defaultBackoff })}>Change the waits between tries</Button>
  }
  const { backoff } = node
  const seconds = (field: 'baseMs' | 'maxMs') => (value: number | undefined): void => update('backoff', { ...backoff, [field]: Math.max(1, value ?? 1) * 1000 })
  return (
    <section className={classes.group}>
      <div className={classes.sectionHead}>
        <h3>Waits between tries</h3>
        <Button
          size="compact-xs" variant="subtle"
          onClick={() => {
            update('backoff', undefined)
            editor.closeGesture()
          }}
        >
          Back to normal
        </Button>
      </div>
      <div className={classes.three}>
        <NumberField label="First, s" value={Math.round(backoff.baseMs / 1000)} min={1} max={86_400} onChange={seconds('baseMs')} />
        <NumberField label="Times" value={backoff.factor} min={1} max={10} onChange={(value) => update('backoff', { ...backoff, factor: value ?? 1 })} />
        <NumberField label="Longest, s" value={Math.round(backoff.maxMs / 1000)} min={1} max={86_400} onChange={seconds('maxMs')} />
      </div>
    </section>
  )
}

function ConcurrencyFields({ node }: { node: FunctionNode }) {
  const update = useUpdate(node)
  const { concurrency } = node
  const limit = useProblem('concurrency.limit')
  const key = useProblem('concurrency.key')
  return (
    <section className={classes.group}>
      <SwitchField label="Limit how many run at once" value={concurrency !== undefined} onChange={(on) => update('concurrency', on ? { limit: 10 } : undefined)} />
      {concurrency && (
        <>
          <NumberField
            label="Runs at once" value={concurrency.limit} min={1} max={100_000} problem={limit}
            onChange={(value) => update('concurrency', { ...concurrency, limit: value ?? 1 })} help="Sleeping and waiting runs do not count."
          />
          <TextField
            label="For each" value={concurrency.key ?? ''} expr="cel" placeholder="event.data.accountId" problem={key} help="CEL, optional: the limit holds for each value by itself."
            onChange={(value) => update('concurrency', value === '' ? { limit: concurrency.limit } : { ...concurrency, key: value })}
          />
        </>
      )}
    </section>
  )
}
