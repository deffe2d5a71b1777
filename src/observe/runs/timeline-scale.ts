/**
 * Time on the run page's timeline. Work is drawn to scale; a long stretch in which nothing works is
 * folded to a short one, so ten milliseconds of work stay visible beside two days of sleep. Pure.
 */
export interface Span {
  from: number
  to: number
}

export interface Fold {
  /** Place of the fold, 0 to 1. */
  at: number
  ms: number
}

export interface TimeScale {
  /** Moment → place, 0 to 1. */
  place(at: number): number
  folds: Fold[]
  /** Moments worth a label, with their places. */
  ticks: { at: number; place: number }[]
}

/** A fold is as wide as this share of all work. */
const foldShare = 0.14

/** @param tickGap least distance of two labels, as a share of the width */
export function timeScale(start: number, end: number, work: Span[], fold: boolean, tickGap = 0.075): TimeScale {
  const stops = fold ? foldedStops(start, end, merge(work, start, end)) : { points: [{ at: start, length: 0 }, { at: end, length: Math.max(1, end - start) }], folded: [] }
  const total = stops.points.at(-1)?.length ?? 1
  const place = (at: number) => placeOn(stops.points, at) / total
  const candidates = fold ? [start, ...stops.points.map((point) => point.at)] : evenTicks(start, end)
  return {
    place,
    folds: stops.folded.map(({ from, to }) => ({ at: (place(from) + place(to)) / 2, ms: to - from })),
    ticks: thin(candidates.map((at) => ({ at, place: place(at) })), tickGap),
  }
}

interface Stop {
  at: number
  /** Drawn length up to here. */
  length: number
}

function foldedStops(start: number, end: number, work: Span[]): { points: Stop[]; folded: Span[] } {
  const busy = work.reduce((sum, span) => sum + span.to - span.from, 0)
  const longest = Math.max(1, busy * foldShare)
  const points: Stop[] = [{ at: start, length: 0 }]
  const folded: Span[] = []
  let length = 0
  let at = start
  const rest = (to: number) => {
    const gap = to - at
    if (gap <= 0) return
    if (gap > longest * 1.5) folded.push({ from: at, to })
    length += gap > longest * 1.5 ? longest : gap
    at = to
    points.push({ at, length })
  }
  for (const span of work) {
    rest(span.from)
    length += span.to - span.from
    at = span.to
    points.push({ at, length })
  }
  rest(end)
  return { points: length === 0 ? [{ at: start, length: 0 }, { at: Math.max(end, start + 1), length: 1 }] : points, folded }
}

function merge(spans: Span[], start: number, end: number): Span[] {
  const sorted = spans
    .map((span) => ({ from: Math.max(start, Math.min(end, span.from)), to: Math.max(start, Math.min(end, span.to)) }))
    .filter((span) => span.to > span.from)
    .sort((a, b) => a.from - b.from)
  const merged: Span[] = []
  for (const span of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else merged.push(span)
  }
  return merged
}

function placeOn(points: Stop[], at: number): number {
  const first = points[0]
  if (first === undefined || at <= first.at) return 0
  for (let i = 1; i < points.length; i++) {
    const before = points[i - 1] as Stop
    const after = points[i] as Stop
    if (at <= after.at) return before.length + ((after.length - before.length) * (at - before.at)) / Math.max(1e-9, after.at - before.at)
  }
  return points.at(-1)?.length ?? 0
}

function evenTicks(start: number, end: number): number[] {
  const span = Math.max(1, end - start)
  const power = 10 ** Math.floor(Math.log10(span / 5))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => span / one <= 6) ?? power * 10
  const ticks: number[] = []
  for (let at = start; at <= end; at += step) ticks.push(at)
  return ticks
}

function thin<T extends { place: number }>(ticks: T[], tickGap: number): T[] {
  const kept: T[] = []
  for (const tick of [...ticks].sort((a, b) => a.place - b.place)) {
    const last = kept.at(-1)
    if (last === undefined || tick.place - last.place >= tickGap) kept.push(tick)
  }
  return kept
}
