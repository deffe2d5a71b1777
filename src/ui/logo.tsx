/** The mark: a pivot and four blades. One event, many reactions, each on its own. */
const blades = [
  'M7.5 6.5L15.4 -2.8A19.6 19.6 0 0 1 19.8 2.6L9 8.3A7.4 7.4 0 0 0 7.5 6.5Z',
  'M9.5 9.2L20.6 4.3A19.6 19.6 0 0 1 22.2 11L10 11.5A7.4 7.4 0 0 0 9.5 9.2Z',
  'M10 12.5L22.2 13A19.6 19.6 0 0 1 20.6 19.7L9.5 14.8A7.4 7.4 0 0 0 10 12.5Z',
  'M9 15.7L19.8 21.4A19.6 19.6 0 0 1 15.4 26.8L7.5 17.5A7.4 7.4 0 0 0 9 15.7Z',
]

export function LogoMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" overflow="visible" aria-hidden="true">
      <circle cx="4.6" cy="12" r="2.6" fill="var(--fw-ink)" />
      {blades.map((d) => <path key={d} d={d} fill="var(--fw-event)" />)}
    </svg>
  )
}

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <LogoMark size={size} />
      <span style={{ fontWeight: 650, fontSize: 16, letterSpacing: '-0.025em', color: 'var(--fw-ink)' }}>Fanwise</span>
    </span>
  )
}
