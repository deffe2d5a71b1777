'use client'
/** Big fan-outs: from how many items on one waits, and for whose go. */
import { Button, NumberInput, Select, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './connections.module.css'
import settings from './settings.module.css'

interface Rule {
  above: number | null
  by: string | null
}

const aboveAtFirst = 10_000
const anyone = 'any'

export function ConfirmSection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const rule = useQuery(trpc.workspaces.confirm.queryOptions({ workspace: workspace.slug }))
  const [edited, setEdited] = useState<Partial<Rule>>({})
  const save = useMutation(trpc.workspaces.setConfirm.mutationOptions({
    onSuccess: () => {
      notifyDone('Saved. It holds for fan-outs that begin from now on.')
      setEdited({})
    },
    onSettled: () => client.invalidateQueries(trpc.workspaces.confirm.pathFilter()),
  }))
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const now: Rule | undefined = rule.data === undefined ? undefined : { above: rule.data.above, by: rule.data.person?.id ?? null }
  const next = now === undefined ? undefined : { ...now, ...edited }
  const changed = now !== undefined && next !== undefined && (next.above !== now.above || next.by !== now.by)
  const people = [{ value: anyone, label: 'any owner or admin' }, ...(rule.data?.deciders ?? []).map((member) => ({ value: member.id, label: member.name }))]
  return (
    <section className={settings.section} id="fan-outs">
      <div className={settings.head}>
        <div>
          <h2 className={settings.heading}>Big fan-outs</h2>
          <p className={settings.about}>A fan-out above a size sends nothing until one person says go. They get a mail with a link, and see what it would set off.</p>
        </div>
        {next === undefined ? null : <Switch label={next.above === null ? 'Off' : 'On'} aria-label="Big fan-outs wait for a go" checked={next.above !== null} disabled={!manages} onChange={(event) => setEdited({ ...edited, above: event.currentTarget.checked ? (now?.above ?? aboveAtFirst) : null })} />}
      </div>
      {rule.error === null ? null : <ErrorNote error={rule.error} onRetry={() => void rule.refetch()} />}
      {next === undefined ? null : (
        <form
          onSubmit={(submitted) => {
            submitted.preventDefault()
            save.mutate({ workspace: workspace.slug, ...next })
          }}
        >
          {next.above === null ? null : (
            <p className={classes.rule}>
              <span>A fan-out above</span>
              <NumberInput aria-label="Items" w={120} value={next.above} disabled={!manages} min={1} max={100_000_000} clampBehavior="blur" allowDecimal={false} allowNegative={false} thousandSeparator="," hideControls onChange={(value) => { if (typeof value === 'number' && value >= 1) setEdited({ ...edited, above: value }) }} />
              <span>items waits until</span>
              <Select aria-label="Who says go" w={220} data={people} value={next.by ?? anyone} disabled={!manages} allowDeselect={false} searchable={people.length > 8} onChange={(value) => setEdited({ ...edited, by: value === null || value === anyone ? null : value })} />
              <span>says go.</span>
            </p>
          )}
          {manages ? (changed ? <Button type="submit" size="xs" variant="filled" loading={save.isPending}>Save</Button> : null) : <p className={settings.quiet}>Owners and admins change this.</p>}
        </form>
      )}
      {save.error === null ? null : <ErrorNote error={save.error} />}
    </section>
  )
}
