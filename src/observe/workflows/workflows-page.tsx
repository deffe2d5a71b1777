'use client'
import { Button, Loader, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { DeletedWorkflows } from '#observe/workflows/deleted-workflows.tsx'
import { DeleteWorkflow } from '#observe/workflows/delete-workflow.tsx'
import { ImportButton } from '#observe/workflows/import-button.tsx'
import { NewWorkflowButton } from '#observe/workflows/new-workflow.tsx'
import { WorkflowCard } from '#observe/workflows/workflow-card.tsx'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventShape } from '#ui/event-name.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './workflows.module.css'

const searchFrom = 7

export function WorkflowsPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useQuery(trpc.workflows.list.queryOptions({ workspace: workspace.slug }))
  const [search, setSearch] = useState('')
  const all = list.data ?? []
  const wanted = search.trim().toLowerCase()
  const shown = all.filter((one) => wanted === '' || `${one.name} ${one.slug} ${one.functions.join(' ')}`.toLowerCase().includes(wanted))
  return (
    <Page crumbs={[{ label: 'Workflows' }]} actions={<><ImportButton /><Button component={Link} href={workspace.path('/templates')} visibleFrom="xs">Templates</Button><NewWorkflowButton /></>}>
      <div className={classes.head}>
        <h1 className={classes.title}>Workflows</h1>
        {all.length < searchFrom ? null : <TextInput aria-label="Search workflows" placeholder="Search name or function" leftSection={<IconSearch size={15} stroke={1.7} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} w={260} />}
      </div>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending ? <Loader aria-label="Loading workflows" /> : null}
      {list.isSuccess && all.length === 0 ? (
        <EmptyState title="No workflows yet" icon={<EventShape width={26} />} action={<NewWorkflowButton />}>
          A workflow is a drawing: an event, and the functions that react to it. Each function runs, fails and retries on its own.
        </EmptyState>
      ) : null}
      {all.length > 0 && shown.length === 0 ? <EmptyState title="No workflow by that name">Take something away from the search.</EmptyState> : null}
      <div className={classes.cards}>{shown.map((workflow) => <div key={workflow.slug} className={classes.place}><WorkflowCard workflow={workflow} details /><DeleteWorkflow workflow={workflow} /></div>)}</div>
      <DeletedWorkflows />
    </Page>
  )
}
