'use client'
/** The run on its drawing: event, frame and steps with how each went. */
import { useQuery } from '@tanstack/react-query'
import { IconExternalLink } from '@tabler/icons-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useMemo } from 'react'
import type { Overlay } from '#canvas/marks.ts'
import { runStatusOf } from '#observe/runs/sentence.ts'
import { stepGlyph } from '#observe/runs/step-status.ts'
import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDuration } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './run.module.css'

const Canvas = dynamic(() => import('#canvas/canvas.tsx').then((module) => module.Canvas), { ssr: false, loading: () => <div className={classes.stripEmpty} /> })

interface RunStripProps {
  run: RunDetail
  now: number
  selected: string | null
  onSelect(step: string): void
}

export function RunStrip({ run, now, selected, onSelect }: RunStripProps) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const canvas = useQuery(trpc.runs.canvas.queryOptions({ workspace: workspace.slug, id: run.id }, { staleTime: 60_000 }))
  // Seconds are enough here, and a drawing that changes each frame costs.
  const seconds = Math.floor(now / 1000)
  const drawing = canvas.data
  const overlay = useMemo(() => (drawing === null || drawing === undefined ? {} : overlayOf(run, drawing.functionNode, seconds * 1000)), [run, drawing, seconds])
  const selectedNode = run.steps.find((step) => step.id === selected)?.nodeId
  const selection = useMemo(() => new Set(selectedNode === undefined ? [] : [selectedNode]), [selectedNode])
  if (drawing === null) return null
  return (
    <div className={classes.strip}>
      {drawing === undefined ? <div className={classes.stripEmpty} /> : (
        <>
          <Canvas
            document={drawing.document} overlay={overlay} selected={selection}
            onSelect={(nodeId) => {
              const step = run.steps.find((one) => one.nodeId === nodeId)
              if (step !== undefined) onSelect(step.id)
            }}
          />
          <Link className={classes.openEditor} href={workspace.path(`/workflows/${drawing.workflow}`)}>
            <IconExternalLink size={14} stroke={1.7} aria-hidden />
            Open in the editor
          </Link>
        </>
      )}
    </div>
  )
}

function overlayOf(run: RunDetail, functionNode: string, now: number): Overlay {
  const count = (...states: StepView['status'][]) => run.steps.filter((step) => states.includes(step.status)).length
  const counts = [
    { state: 'failed' as const, count: count('failed') },
    { state: 'completed' as const, count: count('completed') },
    { state: 'retrying' as const, count: count('retrying') },
    { state: 'waiting' as const, count: count('waiting', 'sleeping') },
    { state: 'running' as const, count: count('running') },
  ].filter((entry) => entry.count > 0)
  const overlay: Overlay = { [functionNode]: { state: runStatusOf(run), used: run.retries.used, counts } }
  for (const step of run.steps) overlay[step.nodeId] = { state: stepGlyph(step), note: noteOf(step, now) }
  return overlay
}

function noteOf(step: StepView, now: number): string {
  switch (step.status) {
    case 'completed': return step.startedAt === null || step.endedAt === null ? 'done' : formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt))
    case 'failed': return `failed, ${step.attempts.length || 1} of ${step.retries + 1}`
    case 'retrying': return step.dueAt === null ? `attempt ${step.attempt}` : `attempt ${step.attempt} · ${formatDuration(Math.max(0, Date.parse(step.dueAt) - now))}`
    case 'running': return step.progress === null ? 'running' : `${step.progress.sent.toLocaleString('en')} of ${step.progress.total.toLocaleString('en')}`
    case 'sleeping': return 'sleeping'
    case 'waiting': return step.waitsFor === null ? 'waiting' : 'waits'
    case 'skipped': return 'not taken'
    default: return step.after.length > 1 ? 'waits for all' : 'not yet'
  }
}
