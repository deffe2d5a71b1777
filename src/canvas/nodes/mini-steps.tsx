/** Steps as their frame draws them: a row of small bars when it is collapsed, flat boxes seen from far away. */
import { memo } from 'react'
import type { MiniStep } from '#canvas/flow.ts'
import { emitCapPath } from '#ui/shapes/event.ts'
import { statusTone } from '#ui/status.ts'
import { sends, stripMost, stripOf, stripPitch } from '#canvas/strip.ts'
import classes from './nodes.module.css'

const toneOf = ({ state }: MiniStep): string | undefined => (state ? statusTone[state] : undefined)

export const MiniStrip = memo(function MiniStrip({ steps }: { steps: MiniStep[] }) {
  const { shown, rest } = stripOf(steps)
  return (
    <svg className={classes.strip} width={stripPitch * stripMost + 16} height="12" aria-hidden="true">
      {shown.map((step, i) => (
        <g key={step.id} className={classes.mini} transform={`translate(${i * stripPitch} 0)`} data-sends={sends(step) || undefined} data-tone={toneOf(step)} data-selected={step.selected}>
          <rect x="0.75" y="1" width="11" height="10" rx="1.5" />
          {sends(step) && <path transform="translate(7 1)" d={emitCapPath(5, 10)} />}
        </g>
      ))}
      {rest > 0 && <text x={shown.length * stripPitch} y="10" fontSize="10" fill="var(--fw-ink-2)">+{rest}</text>}
    </svg>
  )
})

/** One path for all boxes of a tone, so that a thousand steps are a few hundred elements. */
export const MiniTickets = memo(function MiniTickets({ steps }: { steps: MiniStep[] }) {
  const boxes = new Map<string, string>()
  let caps = ''
  for (const step of steps) {
    const { x, y, w, h } = step
    const tone = step.selected ? 'selected' : (toneOf(step) ?? '')
    boxes.set(tone, `${boxes.get(tone) ?? ''}M${x} ${y}h${w}v${h}h${-w}Z`)
    if (sends(step)) caps += `M${x + w - 20} ${y}h12q8 ${h / 2} 0 ${h}h-12Z`
  }
  return (
    <svg className={classes.tickets} width="1" height="1" aria-hidden="true">
      {[...boxes].map(([tone, d]) => <path key={tone} data-tone={tone || undefined} d={d} />)}
      {caps && <path data-kind="caps" d={caps} />}
    </svg>
  )
})
