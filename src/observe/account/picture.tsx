'use client'
/** The picture beside the sign-in form: the product's own canvas, showing one sign-up and its five reactions. */
import { useMemo } from 'react'
import { Canvas } from '#canvas/canvas.tsx'
import type { Overlay } from '#canvas/marks.ts'
import type { GraphDocument, GraphEdge, GraphNode } from '#graph/document.ts'
import { firstStep } from '#graph/sizes.ts'
import type { StepKind } from '#steps/kind.ts'

const reactions: { slug: string; retries: number; steps: [string, StepKind][] }[] = [
  { slug: 'send-welcome-email', retries: 3, steps: [['Pick wording', 'transform'], ['Send e-mail', 'mail']] },
  { slug: 'create-billing-trial', retries: 5, steps: [['Add customer', 'http'], ['Start trial', 'http']] },
  { slug: 'add-to-crm', retries: 3, steps: [['Create contact', 'http'], ['Set owner', 'http']] },
  { slug: 'notify-slack', retries: 1, steps: [['Post message', 'http']] },
  { slug: 'audit-log', retries: 2, steps: [['Write entry', 'http']] },
]

const notes: Record<string, string> = { 'Pick wording': 'by language', 'Send e-mail': '310 ms', 'Add customer': '620 ms', 'Start trial': '810 ms', 'Create contact': 'attempt 2 in 12 s', 'Set owner': 'waits', 'Post message': '140 ms', 'Write entry': '90 ms' }

function draw(): { document: GraphDocument; overlay: Overlay } {
  const nodes: Record<string, GraphNode> = { event: { id: 'event', type: 'event', event: 'user/account.created', position: { x: 0, y: 344 } } }
  const edges: Record<string, GraphEdge> = {}
  const overlay: Overlay = {}
  reactions.forEach(({ slug, retries, steps }, row) => {
    const waiting = slug === 'add-to-crm'
    nodes[slug] = { id: slug, type: 'function', slug, retries, position: { x: 320, y: row * 156 }, size: { w: 320, h: 128 } }
    edges[slug] = { id: slug, type: 'subscription', source: 'event', target: slug }
    overlay[slug] = waiting ? { state: 'retrying', used: 1 } : { state: 'completed' }
    steps.forEach(([name, kind], column) => {
      const id = `${slug}-${column}`
      nodes[id] = { id, type: 'step', parent: slug, key: `s${column}`, name, kind, config: {}, position: { x: firstStep.x + column * 148, y: firstStep.y } }
      if (column > 0) edges[`${id}-order`] = { id: `${id}-order`, type: 'order', source: `${slug}-${column - 1}`, target: id, port: 'out' }
      overlay[id] = { state: waiting ? (column === 0 ? 'retrying' : 'queued') : 'completed', ...(notes[name] === undefined ? {} : { note: notes[name] }) }
    })
  })
  return { document: { version: 1, nodes, edges }, overlay }
}

export function SignInPicture() {
  const { document, overlay } = useMemo(draw, [])
  return <Canvas document={document} overlay={overlay} />
}
