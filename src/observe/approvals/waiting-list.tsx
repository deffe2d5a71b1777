'use client'
/** Home: what people of this workspace are asked to decide. Nothing when nobody is asked. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { formatIn } from '#ui/time.ts'
import { useNow } from '#ui/use-now.ts'
import classes from './approvals.module.css'

const shownFirst = 4

export function WaitingForYou() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const now = useNow(30_000)
  const waiting = useQuery(trpc.approvals.waiting.queryOptions({ workspace: workspace.slug }, { refetchInterval: 20_000 })).data ?? []
  const fanOuts = useQuery(trpc.fanOuts.waiting.queryOptions({ workspace: workspace.slug }, { refetchInterval: 20_000 })).data?.filter((one) => one.mine) ?? []
  const [all, setAll] = useState(false)
  // Whoever only looks on is asked nothing.
  if (workspace.role === 'viewer' || waiting.length + fanOuts.length === 0) return null
  const shown = all || waiting.length <= shownFirst + 1 ? waiting : waiting.slice(0, shownFirst)
  return (
    <section className={classes.waiting} aria-label="Waiting for you">
      <h2 className={classes.heading}>Waiting for you</h2>
      <ul className={classes.list}>
        {fanOuts.map((one) => (
          <li key={one.id}>
            <Link href={workspace.path(`/fan-outs/${one.id}`)} className={classes.row}>
              <StatusGlyph state="waiting" label="" />
              <span className={classes.rowTitle}>{one.sentence}</span>
              <span className={`${classes.quiet} mono cut`}>{one.function}</span>
              <span className={`${classes.quiet} ${classes.rowWhen} num`}><RelativeTime at={Date.parse(one.at)} /></span>
            </Link>
          </li>
        ))}
        {shown.map((one) => (
          <li key={`${one.run} ${one.step}`}>
            <Link href={workspace.path(`/runs/${one.run}#decision`)} className={classes.row}>
              <StatusGlyph state="waiting" label="" />
              <span className={classes.rowTitle}>{one.title}</span>
              <span className={`${classes.quiet} mono cut`}>{one.function}</span>
              <span className={`${classes.quiet} ${classes.rowWhen} num`}>{one.expiresAt === null || now === 0 ? <RelativeTime at={Date.parse(one.askedAt)} /> : `ends ${formatIn(Date.parse(one.expiresAt), now)}`}</span>
            </Link>
          </li>
        ))}
      </ul>
      {shown.length === waiting.length ? null : <Button size="xs" mt={8} onClick={() => setAll(true)}>Show {waiting.length - shown.length} more</Button>}
    </section>
  )
}
