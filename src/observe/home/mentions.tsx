'use client'
/** Home: where colleagues named this person in a comment. Nothing when all of it was read. */
import { Button } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './home.module.css'

const shownMost = 5

export function Mentions() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const unseen = useQuery(trpc.comments.unseen.queryOptions({ workspace: workspace.slug })).data ?? []
  const seen = useMutation(trpc.comments.seen.mutationOptions({ onError: notifyError, onSuccess: () => client.invalidateQueries(trpc.comments.unseen.pathFilter()) }))
  if (unseen.length === 0) return null
  return (
    <section className={classes.mentions} aria-label="Mentioned">
      <div className={classes.mentionsHead}>
        <h2>Mentioned</h2>
        <Button size="xs" loading={seen.isPending} onClick={() => seen.mutate({ workspace: workspace.slug, thread: null })}>All read</Button>
      </div>
      <ul>
        {unseen.slice(0, shownMost).map((one) => (
          <li key={one.comment}>
            <Link href={workspace.path(`/workflows/${one.workflow.slug}?${new URLSearchParams({ ...(one.node === null ? {} : { node: one.node }), comment: one.comment }).toString()}`)}>
              <IconMessage size={15} stroke={1.7} aria-hidden />
              <b>{one.author}</b>
              <span className="cut">{one.text}</span>
              <small className="cut">{one.title}, {one.workflow.name}</small>
              <RelativeTime at={Date.parse(one.at)} />
            </Link>
          </li>
        ))}
      </ul>
      {unseen.length > shownMost ? <p>and {unseen.length - shownMost} more</p> : null}
    </section>
  )
}
