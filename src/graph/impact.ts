/** Whom a publish reaches beyond the functions it changes: events, functions elsewhere, webhook addresses. Derived from names. */
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { matchesEvent, namesIn, type ElsewhereFunction } from '#graph/links.ts'

/** A function, and its workflow where that is another one. */
export interface Place {
  slug: string
  workflow: string | null
}

/** What an event does to a function: starts it, goes on with a run that waits, or ends its runs. */
export type Hearing = 'starts' | 'waits' | 'ends'

export interface Impact {
  /** Events whose functions in this workflow are others than before; who else reacts, whose runs wait for them or end by them, and who goes on sending them. */
  events: { event: string; gains: string[]; loses: string[]; remain: Place[]; waiting: Place[]; senders: Place[] }[]
  /** Functions that start on, wait for or end by an event which nothing on any canvas sends any more. */
  unsent: { slug: string; workflow: string | null; event: string; how: Hearing }[]
  /** Functions that send an event which nobody starts on, waits for or ends by any more. */
  unheard: { slug: string; workflow: string | null; event: string }[]
  /** Functions that call one that is gone, here or elsewhere. */
  uncalled: { slug: string; workflow: string | null; calls: string }[]
  /** Addresses that stop answering, or whose event starts nothing any more. */
  webhooks: { name: string; hookId: string; event: string | null; why: 'gone' | 'nobody reacts' }[]
}

export interface Side {
  document: GraphDocument
  functions: readonly FunctionDefinition[]
}

export function impactOf(before: Side, after: Side, elsewhere: readonly ElsewhereFunction[]): Impact {
  return {
    events: changedEvents(before, after, elsewhere),
    unsent: unsent(before, after, elsewhere),
    unheard: unheard(before, after, elsewhere),
    uncalled: uncalled(before, after, elsewhere),
    webhooks: silentWebhooks(before, after, elsewhere),
  }
}

interface Talker {
  slug: string
  workflow: string | null
  /** Names and patterns it takes, by what they do to it. */
  hears: Record<Hearing, string[]>
  emits: string[]
  calls: string[]
}

const talkers = ({ functions }: Side): Talker[] => functions.map((one) => talker({ slug: one.slug, workflow: null, ...namesIn(one) }))
const others = (elsewhere: readonly ElsewhereFunction[]): Talker[] => elsewhere.map(talker)

function talker({ slug, workflow, events, waits = [], ends = [], emits = [], calls = [] }: Omit<ElsewhereFunction, 'workflow'> & { workflow: string | null }): Talker {
  return { slug, workflow, hears: { starts: events, waits, ends }, emits, calls }
}

function changedEvents(before: Side, after: Side, elsewhere: readonly ElsewhereFunction[]): Impact['events'] {
  const [had, has] = [reactions(before), reactions(after)]
  const now = [...talkers(after), ...others(elsewhere)]
  return [...new Set([...had.keys(), ...has.keys()])].sort().flatMap((event) => {
    const [old, kept] = [had.get(event) ?? new Set<string>(), has.get(event) ?? new Set<string>()]
    const gains = [...kept].filter((slug) => !old.has(slug)).sort()
    const loses = [...old].filter((slug) => !kept.has(slug)).sort()
    const remain = now.filter((one) => takes(one, event) && !gains.includes(one.slug)).map(place)
    const waiting = now.filter((one) => takes(one, event, ['waits', 'ends'])).map(place)
    const senders = now.filter((one) => one.emits.some((name) => matchesEvent(event, name))).map(place)
    return gains.length + loses.length === 0 ? [] : [{ event, gains, loses, remain, waiting, senders }]
  })
}

function reactions({ functions }: Side): Map<string, Set<string>> {
  const map = new Map<string, Set<string>>()
  for (const one of functions) for (const event of namesIn(one).events) map.set(event, (map.get(event) ?? new Set()).add(one.slug))
  return map
}

const place = ({ slug, workflow }: Talker): Place => ({ slug, workflow })
const takes = (one: Talker, name: string, ways: readonly Hearing[] = ['starts']): boolean => ways.some((way) => one.hears[way].some((trigger) => matchesEvent(trigger, name)))
const allWays: readonly Hearing[] = ['starts', 'waits', 'ends']

/** Only names that were sent from here before: what comes by API or webhook is nobody's loss. */
function unsent(before: Side, after: Side, elsewhere: readonly ElsewhereFunction[]): Impact['unsent'] {
  const now = [...talkers(after), ...others(elsewhere)]
  const sent = new Set(now.flatMap((one) => one.emits))
  const lost = new Set(talkers(before).flatMap((one) => one.emits).filter((name) => !sent.has(name)))
  return [...lost].sort().flatMap((event) => now.flatMap((one) => allWays.filter((how) => takes(one, event, [how])).map((how) => ({ ...place(one), event, how }))))
}

function unheard(before: Side, after: Side, elsewhere: readonly ElsewhereFunction[]): Impact['unheard'] {
  const now = [...talkers(after), ...others(elsewhere)]
  const was = [...talkers(before), ...others(elsewhere)]
  return now.flatMap(({ slug, workflow, emits }) => [...new Set(emits)]
    .filter((event) => !now.some((one) => takes(one, event, allWays)) && was.some((one) => takes(one, event, allWays)))
    .map((event) => ({ slug, workflow, event })))
}

function uncalled(before: Side, after: Side, elsewhere: readonly ElsewhereFunction[]): Impact['uncalled'] {
  const kept = new Set(after.functions.map((one) => one.slug))
  const gone = new Set(before.functions.map((one) => one.slug).filter((slug) => !kept.has(slug)))
  return [...talkers(after), ...others(elsewhere)].flatMap(({ slug, workflow, calls }) => [...new Set(calls)].filter((one) => gone.has(one)).map((one) => ({ slug, workflow, calls: one })))
}

function silentWebhooks(before: Side, after: Side, elsewhere: readonly ElsewhereFunction[]): Impact['webhooks'] {
  const [was, now] = [[...talkers(before), ...others(elsewhere)], [...talkers(after), ...others(elsewhere)]]
  return Object.values(before.document.nodes).flatMap((node): Impact['webhooks'] => {
    if (node.type !== 'webhook') return []
    const fed = fedEvent(before.document, node.id)
    if (after.document.nodes[node.id] === undefined) return [{ name: node.name, hookId: node.hookId, event: fed, why: 'gone' }]
    const feeds = fedEvent(after.document, node.id)
    const heard = fed !== null && was.some((one) => takes(one, fed))
    const hears = feeds !== null && now.some((one) => takes(one, feeds))
    return heard && !hears ? [{ name: node.name, hookId: node.hookId, event: feeds, why: 'nobody reacts' }] : []
  })
}

function fedEvent(document: GraphDocument, webhookId: string): string | null {
  const edge = Object.values(document.edges).find((one) => one.type === 'feed' && one.source === webhookId)
  const event = edge === undefined ? undefined : document.nodes[edge.target]
  return event?.type === 'event' ? event.event : null
}
