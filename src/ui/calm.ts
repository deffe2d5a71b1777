/** The person asked their system for less motion. */
export const calm = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches

/** How long something moves: not at all for who asked for that. */
export const moving = (ms: number): number => (calm() ? 0 : ms)
