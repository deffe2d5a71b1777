'use client'
/** The fan-out of a step, on the page of the run that sends it: its bar, and the way to its own page. */
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { FanOutBar } from '#observe/fan-outs/fan-out-bar.tsx'
import { fanOutSentence, fanOutStatus } from '#observe/fan-outs/words.ts'
import { Prose } from '#ui/prose.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './fan-outs.module.css'

export function StepFanOut({ run, step }: { run: string; step: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const query = useQuery(trpc.fanOuts.ofStep.queryOptions({ workspace: workspace.slug, run, step }, {
    refetchInterval: ({ state }) => (state.data !== undefined && state.data !== null && state.data.state !== 'settled' ? 2000 : false),
  }))
  const fan = query.data
  if (fan === undefined || fan === null) return null
  const { status, word } = fanOutStatus(fan)
  return (
    <div className={classes.inPanel}>
      <div className={classes.inPanelHead}><StatusGlyph state={status} label="" /><b>{word}</b><span style={{ flex: 1 }} /><Link href={workspace.path(`/fan-outs/${fan.id}`)}>Open the fan-out</Link></div>
      <FanOutBar fan={fan} small />
      <p className={classes.quiet}><Prose>{fanOutSentence(fan)}</Prose></p>
    </div>
  )
}
