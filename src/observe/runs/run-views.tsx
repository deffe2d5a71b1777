'use client'
import { IconList } from '@tabler/icons-react'
import Link from 'next/link'
import { views } from '#observe/runs/use-run-filter.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import classes from './runs.module.css'

interface Counts {
  needsPerson: number
  running: number
  resting: number
}

export function RunViews({ current, counts }: { current: string; counts: Counts | undefined }) {
  const workspace = useWorkspace()
  const countOf: Record<string, number | undefined> = { 'needs-person': counts?.needsPerson, running: counts?.running, waiting: counts?.resting }
  return (
    <nav className={classes.views} aria-label="Views of runs">
      <div className={classes.viewsTitle}>Views</div>
      {views.map((view) => (
        <Link key={view.id} href={workspace.path(`/runs?view=${view.id}`)} className={classes.view} data-on={view.id === current || undefined} aria-current={view.id === current ? 'true' : undefined}>
          {view.glyph === null ? <IconList size={14} stroke={1.7} aria-hidden /> : <StatusGlyph state={view.glyph} size={13} label="" />}
          <span className="cut">{view.name}</span>
          <span className={`${classes.viewCount} num`}>{countText(countOf[view.id])}</span>
        </Link>
      ))}
    </nav>
  )
}

function countText(count: number | undefined): string {
  if (count === undefined) return ''
  return count >= 10_000 ? '10,000+' : count.toLocaleString('en')
}
