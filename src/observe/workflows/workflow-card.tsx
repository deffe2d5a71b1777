'use client'
import Link from 'next/link'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import type { WorkflowSummary } from '#server/workflows/find-workflow.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import classes from './workflows.module.css'

/** What the example workflows are there to show. */
const examples: Record<string, { about: string; chip: string }> = {
  'signup-pipeline': { about: 'Welcome, trial, CRM, Slack and audit, all from one sign-up. None waits for another.', chip: 'One event, five functions' },
  'weekly-digest': { about: 'Every Monday, one e-mail per user. 50 at a time, any number in all.', chip: 'One run, one event per user' },
  'order-cascade': { about: 'Charge, reserve, ship. Then tell everyone who needs to know.', chip: 'A chain of events' },
  'parallel-or-fan-out': { about: 'The same work as steps of one function and as functions of their own. See what differs.', chip: 'Two ways, side by side' },
}

export function WorkflowCard({ workflow, details = false }: { workflow: WorkflowSummary; details?: boolean }) {
  const workspace = useWorkspace()
  const example = examples[workflow.slug]
  const count = workflow.functions.length
  return (
    <Link href={workspace.path(`/workflows/${workflow.slug}`)} className={classes.card}>
      <span className={classes.picture}><Thumbnail document={workflow.document} label={`Drawing of ${workflow.name}`} /></span>
      <span className={classes.body}>
        <span className={classes.name}>{workflow.name}</span>
        <span className={classes.about}>{example?.about ?? (count === 0 ? 'Not published yet.' : workflow.functions.slice(0, 4).join(', '))}</span>
        <span className={classes.foot}>
          {details ? (
            <span className={classes.state}>
              <span className={classes.chip}>{count} {count === 1 ? 'function' : 'functions'}</span>
              {workflow.publishedAt === null ? <span className={classes.chip}>Draft</span> : <span className={`${classes.chip} num`}>v{workflow.publishedVersion}{workflow.draftChanged ? ', edited' : ''}</span>}
            </span>
          ) : <span className={classes.chip}>{example?.chip ?? `${count} ${count === 1 ? 'function' : 'functions'}`}</span>}
          {details ? <span className={classes.when}><RelativeTime at={Date.parse(workflow.updatedAt)} /></span> : <span className={classes.open}>Open</span>}
        </span>
      </span>
    </Link>
  )
}
