/** Accessible names: kind, name, state, links. */
import { type GraphDocument, type GraphNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { statusWord } from '#ui/status.ts'
import { flowBadges } from './flow-words.ts'
import type { Line } from './lines.ts'
import type { NodeMark } from './marks.ts'
import { stepDetail } from './ports.ts'

interface Facts {
  mark?: NodeMark | undefined
  problem?: 'warning' | 'error' | undefined
  reactHere: number
  steps: number
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

export function nodeTitle(node: GraphNode): string {
  switch (node.type) {
    case 'event': return node.event || 'Unnamed event'
    case 'webhook': return node.name || 'Webhook'
    case 'schedule': return node.cron || 'Schedule'
    case 'function': return node.slug || 'Unnamed function'
    case 'step': return node.name || stepDefinition(node.kind).label
    case 'note': return node.text.split('\n')[0] || 'Note'
  }
}

export const nodeKind: Record<GraphNode['type'], string> = {
  event: 'Event', webhook: 'Webhook', schedule: 'Schedule', function: 'Function', step: 'Step', note: 'Note',
}

export function describeNode(node: GraphNode, facts: Facts): string {
  const parts = [`${nodeKind[node.type]} ${nodeTitle(node)}`]
  if (node.type === 'event') parts.push(facts.reactHere === 0 ? 'no function here reacts' : `${count(facts.reactHere, 'function')} here ${facts.reactHere === 1 ? 'reacts' : 'react'}`)
  if (node.type === 'function') parts.push(count(facts.steps, 'step'), count(node.retries, 'retry', 'retries'), ...flowBadges(node).map((badge) => plainSentence(badge.title)))
  if (node.type === 'step') parts.push(stepDetail(node), ...(node.onError === 'branch' ? ['a branch of its own when it fails'] : node.onError === 'continue' ? ['goes on when it fails'] : []))
  if (facts.mark) parts.push(statusWord[facts.mark.state].toLowerCase(), ...(facts.mark.note ? [facts.mark.note] : []))
  if (facts.problem) parts.push(facts.problem === 'error' ? 'to fix' : 'to check')
  return parts.join(', ')
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
