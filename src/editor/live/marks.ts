/** A followed event, or what is live, as marks on the drawing. Pure. */
import type { NodeMark, Overlay } from '#canvas/marks.ts'
import { formatDuration } from '#base/duration.ts'
import { jsonEqual } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { derivedLinks, matchesEvent } from '#graph/links.ts'
import type { FollowedFrame, FollowedStep, FollowView } from '#server/workflows/follow.ts'
import type { LiveCounts, LiveFunction } from '#server/workflows/live-counts.ts'
import { statusWord } from '#ui/status.ts'
import { tickName } from '../try/sample-for.ts'

/** @param carried lines that have just carried something */
export function followMarks(document: GraphDocument, view: FollowView, carried: ReadonlySet<string>): Overlay {
  const marks: Overlay = {}
  for (const node of Object.values(document.nodes)) {
    if (node.type === 'schedule' && ticked(document, view, node.id)) marks[node.id] = { state: 'completed', note: 'ticked' }
    if (node.type !== 'event' || node.event === '') continue
    const count = arrived(view, node.event)
    if (count > 0) marks[node.id] = { state: 'completed', note: `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'} here` }
  }
  for (const [id, frame] of Object.entries(view.frames)) marks[id] = frameMark(frame)
  for (const [id, step] of Object.entries(view.steps)) marks[id] = { state: step.state, note: stepNote(step) }
  for (const line of carried) marks[line] = { state: 'running' }
  return marks
}

/** A tick says which function it starts, not by which clock: a function's clocks count as one. */
const ticked = (document: GraphDocument, view: FollowView, id: string): boolean =>
  view.event.name === tickName && Object.values(document.edges).some((edge) => edge.source === id && view.frames[edge.target] !== undefined)

const arrived = (view: FollowView, name: string): number =>
  Object.entries(view.events).reduce((sum, [event, count]) => sum + (matchesEvent(name, event) ? count : 0), 0)

function frameMark(frame: FollowedFrame): NodeMark {
  if (frame.total === 1) return { state: frame.state, used: frame.used, note: statusWord[frame.state] }
  return { state: frame.state, counts: frame.counts, note: `${frame.total.toLocaleString('en')} runs` }
}

const givenWords = { pinned: 'pinned output', stubbed: 'stubbed', earlier: 'earlier output', example: 'example output' } as const

export function stepNote(step: FollowedStep): string {
  if (step.of > 1) return step.state === 'failed' ? `failed, ${step.done} of ${step.of} done` : `${step.done} of ${step.of} done`
  if (step.given !== null) return givenWords[step.given]
  switch (step.state) {
    case 'completed': return step.tookMs === null ? 'done' : formatDuration(step.tookMs)
    case 'failed': return step.attempt === null || step.attempt < 2 ? 'failed' : `failed ${step.attempt} times`
    case 'retrying': return step.attempt === null ? 'retrying' : `try ${step.attempt} comes`
    case 'running': return step.attempt === null ? 'running' : `try ${step.attempt}`
    case 'waiting': return step.waitsFor === null ? 'waiting' : `waits: ${step.waitsFor}`
    case 'skipped': return 'not taken'
    default: return statusWord[step.state].toLowerCase()
  }
}

/** How much went along each line, by line id. */
export function traffic(document: GraphDocument, view: FollowView): Map<string, number> {
  const along = new Map<string, number>()
  for (const edge of Object.values(document.edges)) {
    const source = document.nodes[edge.source]
    if (edge.type !== 'subscription' || source?.type !== 'event') continue
    const frame = view.frames[edge.target]
    if (frame !== undefined && arrived(view, source.event) > 0) along.set(edge.id, frame.total)
  }
  for (const link of derivedLinks(document)) {
    const sent = view.sent[link.stepId]
    if (sent !== undefined) along.set(`derived:${link.stepId}:${link.eventNodeId}`, sent)
  }
  return along
}

/** Lines along which more went than before. */
export function carriedLines(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after].flatMap(([line, count]) => (count > (before.get(line) ?? 0) ? [line] : []))
}

/** Marks that say the same as before stay the same objects, so that only what changed draws again. */
export function keepSame(before: Overlay | undefined, after: Overlay): Overlay {
  if (before === undefined) return after
  return Object.fromEntries(Object.entries(after).map(([id, mark]) => {
    const known = before[id]
    return [id, known !== undefined && jsonEqual(known, mark) ? known : mark]
  }))
}

export function liveMarks(document: GraphDocument, counts: LiveCounts): Overlay {
  const frames = new Map(Object.values(document.nodes).flatMap((node) => (node.type === 'function' ? [[node.slug, node.id] as const] : [])))
  const marks: Overlay = {}
  for (const one of counts.functions) {
    const id = document.nodes[one.nodeId]?.type === 'function' ? one.nodeId : frames.get(one.slug)
    if (id !== undefined) marks[id] = liveMark(one, counts.more)
  }
  return marks
}

/** @param more the counts of open runs are only the least there are */
function liveMark({ open, done, failed }: LiveFunction, more: boolean): NodeMark {
  const has = (state: string): boolean => open.some((one) => one.state === state)
  const resting = open.find((one) => one.state !== 'running')
  return {
    state: has('running') ? 'running' : failed > 0 ? 'failed' : has('retrying') ? 'retrying' : (resting?.state ?? 'completed'),
    counts: [...(failed > 0 ? [{ state: 'failed' as const, count: failed }] : []), ...open, ...(done > 0 ? [{ state: 'completed' as const, count: done }] : [])],
    note: failed + done + open.length === 0 ? 'quiet' : more && open.length > 0 ? 'at least' : failed > 0 ? 'failed: 1 h' : 'last 5 min',
  }
}
