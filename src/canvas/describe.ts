/** Accessible names: kind, name, state, links. */
import { type GraphDocument, type GraphNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { statusWord } from '#ui/status.ts'
import { flowBadges } from './flow-words.ts'
import type { Line } from './lines.ts'
import type { NodeMark } from './marks.ts'
import { plainText } from './nodes/note-markdown.ts'
import { stepDetail } from './step-detail.ts'
import { scheduleWords } from './schedule-words.ts'

/** What a node hangs together with. */
export interface Around {
  /** Name of the function a step is in. */
  inside?: string
  /** Names of what leads here, and of what it leads to. */
  before: string[]
  after: string[]
  /** Names of the events that a function's steps send. */
  sends?: string[]
  /** Functions of this drawing that react to an event. */
  reactHere: number
  /** All of it as text; equal when nothing of it changed. */
  key: string
}

interface Facts {
  mark?: NodeMark | undefined
  problem?: 'warning' | 'error' | undefined
  /** How many findings there are, where that is known. */
  problems?: number | undefined
  steps: number
  around: Around
  /** Functions of other workflows that react to an event. */
  elsewhere: number
  /** Functions of other workflows that send it. */
  senders?: number
  paused?: boolean
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

export function nodeTitle(node: GraphNode): string {
  switch (node.type) {
    case 'event': return node.event || 'Unnamed event'
    case 'webhook': return node.name || 'Webhook'
    case 'schedule': return scheduleWords(node.cron, node.timezone).short
    case 'function': return node.slug || 'Unnamed function'
    case 'step': return node.name || stepDefinition(node.kind).label
    case 'note': return plainText(node.text.split('\n')[0] ?? '') || 'Note'
  }
}

export const nodeKind: Record<GraphNode['type'], string> = {
  event: 'Event', webhook: 'Webhook', schedule: 'Schedule', function: 'Function', step: 'Step', note: 'Note',
}

/** "Step Create contact, HTTP request, in function add-to-crm, after Look up, before Notify, 1 problem to fix". */
export function describeNode(node: GraphNode, facts: Facts): string {
  const parts = [`${nodeKind[node.type]} ${short(nodeTitle(node))}`, ...own(node, facts)]
  if (facts.mark) parts.push(statusWord[facts.mark.state].toLowerCase(), ...(facts.mark.note ? [facts.mark.note] : []))
  parts.push(...linked(node, facts.around))
  if (facts.problem) parts.push(problemWords(facts.problem, facts.problems))
  return parts.join(', ')
}

/** What it is, without what it hangs together with. */
function own(node: GraphNode, { around, elsewhere, senders = 0, steps, paused }: Facts): string[] {
  switch (node.type) {
    case 'event': return [
      around.reactHere === 0 ? 'no function here reacts' : `${count(around.reactHere, 'function')} here ${around.reactHere === 1 ? 'reacts' : 'react'}`,
      ...(elsewhere > 0 ? [`${elsewhere} in other workflows`] : []),
      ...(senders > 0 ? [`sent by ${count(senders, 'function')} of other workflows`] : []),
    ]
    case 'function': return [
      ...(paused === true ? ['paused'] : []),
      ...(node.collapsed === true ? ['collapsed'] : []), count(steps, 'step'), count(node.retries, 'retry', 'retries'),
      ...flowBadges(node).map((badge) => plainSentence(badge.title)),
    ]
    case 'step': return [stepDetail(node), ...(node.onError === 'branch' ? ['a branch of its own when it fails'] : node.onError === 'continue' ? ['goes on when it fails'] : []), ...(node.pinned === undefined ? [] : ['output pinned for tests'])]
    case 'note': return node.colour === undefined ? [] : [node.colour]
    default: return []
  }
}

/** Lines in words, each in the verb of its kind. */
function linked(node: GraphNode, { inside, before, after }: Around): string[] {
  const [from, to] = { event: ['sent by', 'starts'], webhook: ['', 'feeds'], schedule: ['', 'starts'], function: ['starts on', ''], step: ['after', 'before'], note: ['', ''] }[node.type] as [string, string]
  return [
    ...(inside === undefined ? [] : [`in function ${short(inside)}`]),
    ...(before.length > 0 && from ? [`${from} ${namesOf(before)}`] : []),
    ...(after.length > 0 && to ? [`${node.type === 'step' && (node.kind === 'emit' || node.kind === 'emit-each') ? 'sends' : to} ${namesOf(after)}`] : []),
  ]
}

const namesMax = 3
const nameMax = 48

const short = (name: string): string => (name.length > nameMax ? `${name.slice(0, nameMax - 1)}…` : name)

/** "a, b, c and 4 more": what is read aloud stays short. */
function namesOf(names: string[]): string {
  const shown = names.slice(0, namesMax).map(short).join(', ')
  return names.length > namesMax ? `${shown} and ${names.length - namesMax} more` : shown
}

function problemWords(worst: 'warning' | 'error', known: number | undefined): string {
  const what = worst === 'error' ? 'to fix' : 'to check'
  return known === undefined ? what : `${count(known, 'problem')} ${what}`
}

/** As one part of a list: "at most 100 starts a minute; later ones wait". */
const plainSentence = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '').replaceAll('. ', '; ')

export function describeEdge(line: Line, document: GraphDocument): string {
  const name = (id: string): string => {
    const node = document.nodes[id]
    return node ? nodeTitle(node) : id
  }
  const verb = { rib: 'starts', feed: 'feeds', derived: 'sends', order: 'before' }[line.kind]
  return `${name(line.source)} ${verb} ${name(line.target)}${line.label && line.kind === 'order' ? `, when ${line.label.text}` : ''}`
}
