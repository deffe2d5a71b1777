/** An event's name beside its shape, the D. */
export function EventShape({ width = 13 }: { width?: number }) {
  return (
    <svg width={width} height={width * 0.7} viewBox="0 0 16 11" aria-hidden="true">
      <path d="M4 0H11A5.5 5.5 0 0 1 11 11H4Q0 11 0 7V4Q0 0 4 0Z" fill="var(--fw-event-fill)" />
    </svg>
  )
}

export interface EventNameProps {
  name: string
  size?: number
  /** Namespace light, name bold. */
  strong?: boolean
}

export function EventName({ name, size = 12, strong = false }: EventNameProps) {
  const cut = name.lastIndexOf('/') + 1
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6, minWidth: 0, maxWidth: '100%' }}>
      <EventShape />
      <span className="mono cut" style={{ fontSize: size }} title={name}>
        {strong ? <>{name.slice(0, cut)}<b style={{ fontWeight: 600 }}>{name.slice(cut)}</b></> : name}
      </span>
    </span>
  )
}
