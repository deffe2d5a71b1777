'use client'
import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { sinceChoices, statusChoices, useRunFilter } from '#observe/runs/use-run-filter.ts'
import { statusWord } from '#ui/status.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './runs.module.css'

export function RunFilters() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const filter = useRunFilter()
  const functions = useQuery(trpc.functions.list.queryOptions({ workspace: workspace.slug }))
  const events = useQuery(trpc.events.known.queryOptions({ workspace: workspace.slug }))
  const withCurrent = (values: string[], current: string | undefined) => [...new Set(current === undefined ? values : [current, ...values])]
  const common = { clearable: true, searchable: true, size: 'sm', comboboxProps: { width: 260, position: 'bottom-start' as const } }
  return (
    <div className={classes.filters}>
      <Select {...common} searchable={false} aria-label="Status" placeholder="Any status" value={filter.status ?? null} onChange={(value) => filter.set('status', value)} data={statusChoices.map((value) => ({ value, label: statusWord[value] }))} className={classes.filter} />
      <Select {...common} aria-label="Function" placeholder="Any function" value={filter.function ?? null} onChange={(value) => filter.set('function', value)} data={withCurrent((functions.data ?? []).map((one) => one.slug), filter.function)} className={classes.filterWide} nothingFoundMessage="No such function" />
      <Select {...common} aria-label="Event" placeholder="Any event" value={filter.event ?? null} onChange={(value) => filter.set('event', value)} data={withCurrent((events.data ?? []).map((one) => one.name), filter.event)} className={classes.filterWide} nothingFoundMessage="No such event" />
      <Select {...common} searchable={false} aria-label="Since" placeholder="Any time" value={filter.since ?? null} onChange={(value) => filter.set('since', value)} data={sinceChoices} className={classes.filter} />
    </div>
  )
}
