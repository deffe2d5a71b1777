'use client'
/** Schedules that are data: a table of them, and a dialog to add or change one. */
import { Button, Loader, Switch } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconCalendarTime, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { cronWords } from '#canvas/schedule-words.ts'
import { ScheduleDialog } from '#observe/schedules/schedule-dialog.tsx'
import type { ScheduleEntry } from '#server/schedules/store.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName } from '#ui/event-name.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatIn, formatMoment } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useNow } from '#ui/use-now.ts'
import classes from './schedules.module.css'

export function SchedulesPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useInfiniteQuery(trpc.schedules.list.infiniteQueryOptions({ workspace: workspace.slug, limit: 100 }, { getNextPageParam: (page) => page.nextCursor ?? undefined, refetchInterval: 30_000 }))
  const [editing, setEditing] = useState<ScheduleEntry | 'new' | null>(null)
  const all = list.data?.pages.flatMap((page) => page.data) ?? []
  const mayEdit = workspace.role !== 'viewer'
  const add = mayEdit ? <Button variant="filled" onClick={() => setEditing('new')} leftSection={<IconPlus size={15} stroke={1.8} />}>Add schedule</Button> : null
  return (
    <Page crumbs={[{ label: 'Schedules' }]} actions={add} flush>
      <section className={classes.page}>
        <div className={classes.head}>
          <h1 className={classes.title}>Schedules</h1>
          <span className={classes.quiet}>Each sends an event at its times. Those drawn in a workflow stand there.</span>
        </div>
        {list.error === null ? null : <div className={classes.inset}><ErrorNote error={list.error} onRetry={() => void list.refetch()} /></div>}
        {list.isPending ? <div className={classes.inset}><Loader aria-label="Loading schedules" /></div> : null}
        {list.isSuccess && all.length === 0 ? (
          <div className={classes.inset}>
            <EmptyState title="No schedules yet" icon={<IconCalendarTime size={22} stroke={1.6} />} action={add}>
              One drawn function can serve every customer at a time of their own: add a schedule per customer, here or from your program with <code>PUT /api/v1/schedules/&lt;key&gt;</code>. Each sends its event with its own data.
            </EmptyState>
          </div>
        ) : null}
        {all.length === 0 ? null : (
          <div className={classes.scroll}>
            <table className={classes.table}>
              <thead><tr><th>Key</th><th>Event</th><th>When</th><th className={classes.wide}>Time zone</th><th>Next</th><th className={classes.wide}>Last</th><th>On</th><th aria-label="Actions" /></tr></thead>
              <tbody>{all.map((one) => <ScheduleRow key={one.key} schedule={one} mayEdit={mayEdit} onEdit={() => setEditing(one)} />)}</tbody>
            </table>
          </div>
        )}
        {list.hasNextPage ? <div className={classes.inset}><Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show more</Button></div> : null}
      </section>
      <ScheduleDialog schedule={editing} onClose={() => setEditing(null)} />
    </Page>
  )
}

function ScheduleRow({ schedule, mayEdit, onEdit }: { schedule: ScheduleEntry; mayEdit: boolean; onEdit(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const now = useNow(10_000)
  const refresh = () => client.invalidateQueries(trpc.schedules.pathFilter())
  const turn = useMutation(trpc.schedules.switch.mutationOptions({ onError: notifyError, onSettled: refresh }))
  const remove = useMutation(trpc.schedules.remove.mutationOptions({ onError: notifyError, onSuccess: () => notifyDone('Removed. What it has sent stays.'), onSettled: refresh }))
  const { key, event, cron, timezone } = schedule
  const on = turn.isPending ? turn.variables.enabled : schedule.enabled
  const askRemove = () => modals.openConfirmModal({
    title: `Remove the schedule ${key}?`, children: 'It sends nothing more. Events it has sent, and their runs, stay.',
    labels: { confirm: 'Remove it', cancel: 'Keep it' }, confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => remove.mutate({ workspace: workspace.slug, key }),
  })
  return (
    <tr data-off={!on || undefined}>
      <td className="mono">{key}</td>
      <td><EventName name={event} /></td>
      <td data-words title={cron}>{cronWords(cron)}<small className={classes.zone}>{timezone}</small></td>
      <td className={classes.wide}>{timezone}</td>
      <td data-name="Next" className="num" title={schedule.nextAt === null ? undefined : formatMoment(Date.parse(schedule.nextAt))}>{schedule.nextAt === null ? <span className={classes.quiet}>never</span> : now === 0 ? '' : formatIn(Date.parse(schedule.nextAt), now)}</td>
      <td data-name="Last" className={`num ${classes.wide}`}>{schedule.lastAt === null ? <span className={classes.quiet}>not yet</span> : <RelativeTime at={Date.parse(schedule.lastAt)} />}</td>
      <td><Switch aria-label={`Schedule ${key}`} checked={on} disabled={!mayEdit || turn.isPending} onChange={(changed) => turn.mutate({ workspace: workspace.slug, key, enabled: changed.currentTarget.checked })} /></td>
      <td className={classes.actions}>
        {mayEdit ? <><Button size="xs" onClick={onEdit} aria-label={`Edit ${key}`}><IconPencil size={14} stroke={1.7} /></Button><Button size="xs" onClick={askRemove} loading={remove.isPending} aria-label={`Remove ${key}`}><IconTrash size={14} stroke={1.7} /></Button></> : null}
      </td>
    </tr>
  )
}
