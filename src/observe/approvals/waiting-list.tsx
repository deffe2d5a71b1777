'use client'
/** Home: what people of this workspace are asked to decide. Nothing when nobody is asked. */
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { formatIn } from '#ui/time.ts'
import { useNow } from '#ui/use-now.ts'
import classes from './approvals.module.css'

export function WaitingForYou() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const now = useNow(30_000)
  const waiting = useQuery(trpc.approvals.waiting.queryOptions({ workspace: workspace.slug }, { refetchInterval: 20_000 })).data ?? []
  if (waiting.length === 0) return null
  return (
    <section className={classes.waiting} aria-label="Waiting for you">
      <h2 className={classes.heading}>Waiting for you</h2>
      <ul className={classes.list}>
        {waiting.map((one) => (
          <li key={`${one.run} ${one.step}`}>
            <Link href={workspace.path(`/runs/${one.run}`)} className={classes.row}>
              <StatusGlyph state="waiting" label="" />
              <span className={`${classes.rowTitle} cut`}>{one.title}</span>
              <span className={`${classes.quiet} mono cut`}>{one.function}</span>
              <span className={`${classes.quiet} num`}>{one.expiresAt === null || now === 0 ? <RelativeTime at={Date.parse(one.askedAt)} /> : `ends ${formatIn(Date.parse(one.expiresAt), now)}`}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
