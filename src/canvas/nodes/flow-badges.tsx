/** Small labels on a frame's upper wall: what decides when its runs start, and how they end. */
import {
  IconArrowUp, IconBan, IconClockStop, IconFilter, IconFingerprint, IconGauge, IconHourglass, IconLifebuoy, IconLock, IconStack2, type Icon,
} from '@tabler/icons-react'
import { flowBadges, type BadgeKind } from '#canvas/flow-words.ts'
import type { FunctionNode } from '#graph/document.ts'
import classes from './nodes.module.css'

const icons: Record<BadgeKind, Icon> = {
  throttle: IconGauge, rate: IconFilter, debounce: IconHourglass, batch: IconStack2, priority: IconArrowUp, singleton: IconLock,
  once: IconFingerprint, cancel: IconBan, timeout: IconClockStop, failure: IconLifebuoy,
}
/** What fits on the narrowest frame. */
const most = 3

export function FlowBadges({ node }: { node: FunctionNode }) {
  const badges = flowBadges(node)
  if (badges.length === 0) return null
  const shown = badges.length > most ? badges.slice(0, most - 1) : badges
  const rest = badges.slice(shown.length)
  return (
    <div className={classes.badges} data-detail data-testid="flow-badges">
      {shown.map(({ kind, text, title }) => {
        const Drawing = icons[kind]
        return <span key={kind} title={title}><Drawing size={11} stroke={1.9} aria-hidden="true" />{text}</span>
      })}
      {rest.length > 0 && <span title={rest.map((badge) => badge.title).join(' ')}>+{rest.length}</span>}
    </div>
  )
}
