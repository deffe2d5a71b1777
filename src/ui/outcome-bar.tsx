/** How many of a set ended how: failed first, then retrying, done, running; waiting is the ground. */
export interface OutcomeCounts {
  failed?: number
  retrying?: number
  done?: number
  running?: number
  waiting?: number
}

const order = [
  ['failed', 'var(--fw-fail-fill)'],
  ['retrying', 'var(--fw-wait-fill)'],
  ['done', 'var(--fw-done-fill)'],
  ['running', 'var(--fw-event-hi)'],
] as const

export function OutcomeBar({ width = '100%', ...counts }: OutcomeCounts & { width?: number | string }) {
  const total = (counts.waiting ?? 0) + order.reduce((sum, [kind]) => sum + (counts[kind] ?? 0), 0)
  const name = [...order.map(([kind]) => kind), 'waiting' as const].filter((kind) => (counts[kind] ?? 0) > 0).map((kind) => `${counts[kind]} ${kind}`).join(', ')
  return (
    <span role="img" aria-label={name} title={name} style={{ display: 'flex', width, height: 6, gap: 1, borderRadius: 3, overflow: 'hidden', background: 'var(--fw-idle-soft)' }}>
      {order.map(([kind, color]) => {
        const count = counts[kind] ?? 0
        return count === 0 ? null : <i key={kind} style={{ flex: `${count} 0 3px`, background: color }} />
      })}
      {(counts.waiting ?? 0) > 0 && total > 0 ? <i style={{ flex: `${counts.waiting} 0 0` }} /> : null}
    </span>
  )
}
