import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { setCollapsed } from '#graph/edit/collapse.ts'
import { connect } from '#graph/edit/connect.ts'
import { moveNodes } from '#graph/edit/move.ts'
import { derivedLinks } from '#graph/links.ts'
import { randomDocument } from '#graph/random-edits.ts'
import { reselect, toFlow, type FlowCache } from './flow.ts'
import { drawLines } from './lines.ts'
import { noFacts } from './marks.ts'
import { moveFlow, reachOf } from './moving.ts'
import { boxAt, layScene } from './scene.ts'

const show = (document: Parameters<typeof derivedLinks>[0], cache?: FlowCache) =>
  toFlow({ document, links: derivedLinks(document), facts: noFacts, selected: new Set(), editable: true }, cache)

const isCollapsed = (document: GraphDocument, id: string): boolean => {
  const node = document.nodes[id]
  return node?.type === 'function' && node.collapsed === true
}

function fanOut() {
  const event = addEvent(emptyDocument(), { position: { x: 0, y: 300 }, event: 'user/created' })
  let { document } = event
  const frames: string[] = []
  for (const y of [600, 0, 300]) {
    const frame = addFunction(document, { position: { x: 400, y }, slug: `f-${y}` })
    const joined = connect(frame.document, { source: event.id, target: frame.id })
    if (!('document' in joined)) throw new Error(joined.refused)
    document = joined.document
    frames.push(frame.id)
  }
  return { document, event: event.id, frames }
}

describe('drawing', () => {
  test('any document the editor can make is drawn: every node once, parents first, every line finite', () => {
    fc.assert(fc.property(randomDocument, (document) => {
      const { nodes, edges } = show(document)
      const drawn = Object.values(document.nodes).filter((node) => node.type !== 'step' || !isCollapsed(document, node.parent))
      expect(nodes.map((node) => node.id).sort()).toEqual(drawn.map((node) => node.id).sort())
      const seen = new Set<string>()
      for (const node of nodes) {
        if (node.parentId) expect(seen.has(node.parentId)).toBe(true)
        seen.add(node.id)
        expect(node.ariaLabel).not.toBe('')
      }
      for (const edge of edges) {
        expect(edge.data?.line.paths.join()).not.toMatch(/NaN|undefined|Infinity/)
        const source = nodes.find((node) => node.id === edge.source)
        expect(source?.handles?.some((handle) => handle.type === 'source' && handle.id === edge.sourceHandle)).toBe(true)
      }
    }), { numRuns: 150 })
  })

  test('ribs leave the event in the order of their targets, whatever the order they were drawn in', () => {
    const { document } = fanOut()
    const ribs = drawLines(document, layScene(document)).filter((line) => line.kind === 'rib')
    const numbers = (path: string): number[] => (path.match(/-?[\d.]+/g) ?? []).map(Number)
    const ends = ribs.map((line) => ({ from: numbers(line.spine)[1]!, to: numbers(line.spine).at(-1)! })).sort((a, b) => a.to - b.to)
    expect(ends.map((end) => end.from)).toEqual(ends.map((end) => end.from).sort((a, b) => a - b))
    expect(ribs[0]?.paths[0]).toMatch(/Z$/)
  })

  test('two inputs make a join: a bar in front of the step, and no arrows into it', () => {
    const frame = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'f' })
    const a = addStep(frame.document, { parent: frame.id, kind: 'http' })
    const b = addStep(a.document, { parent: frame.id, kind: 'http', position: { x: 24, y: 96 } })
    const c = addStep(b.document, { parent: frame.id, kind: 'mail', after: a.id, position: { x: 204, y: 64 } })
    const joined = connect(c.document, { source: b.id, target: c.id })
    if (!('document' in joined)) throw new Error(joined.refused)
    const scene = layScene(joined.document)
    const inside = scene.inside.get(frame.id)!
    expect(inside.bars).toMatchObject([{ stepId: c.id }])
    expect(inside.bars[0]!.top).toBeLessThan(62)
    expect(inside.bars[0]!.bottom).toBeGreaterThan(118)
    expect(drawLines(joined.document, scene).every((line) => line.arrow === undefined)).toBe(true)
    expect(inside.entries).toHaveLength(2)
  })

  test('an emit is linked to the event it sends; per item with three lines', () => {
    const event = addEvent(emptyDocument(), { position: { x: 600, y: 0 }, event: 'digest/send' })
    const frame = addFunction(event.document, { position: { x: 0, y: 0 }, slug: 'f' })
    const one = addStep(frame.document, { parent: frame.id, kind: 'emit', config: { event: 'digest/send', data: '{}', id: '' } })
    const each = addStep(one.document, { parent: frame.id, kind: 'emit-each', config: { event: 'digest/send', items: '', data: '', id: '' } })
    const derived = show(each.document).edges.filter((edge) => edge.type === 'derived')
    expect(derived.map((edge) => edge.data?.line.paths.length)).toEqual([1, 3])
    expect(derived.every((edge) => edge.selectable === false)).toBe(true)
  })

  test('what did not change keeps its object, so React draws only what moved', () => {
    const { document, frames } = fanOut()
    const cache: FlowCache = new Map()
    const before = show(document, cache).nodes
    const after = show(moveNodes(document, { [frames[0]!]: { x: 480, y: 640 } }), cache).nodes
    const changed = after.filter((node) => !before.includes(node)).map((node) => node.id)
    expect(changed).toEqual([frames[0]])
  })

  test('a collapsed frame shows its steps as a strip, keeps its lines, and nothing else moves', () => {
    const event = addEvent(emptyDocument(), { position: { x: 600, y: 0 }, event: 'digest/send' })
    const frame = addFunction(event.document, { position: { x: 0, y: 0 }, slug: 'f' })
    const first = addStep(frame.document, { parent: frame.id, kind: 'http' })
    const emits = { event: 'digest/send', data: '{}', id: '' }
    const one = addStep(first.document, { parent: frame.id, kind: 'emit', config: emits, after: first.id })
    const two = addStep(one.document, { parent: frame.id, kind: 'emit', config: emits, after: first.id, position: { x: 204, y: 120 } })
    const before = show(two.document)
    const after = show(setCollapsed(two.document, [frame.id], true))
    expect(after.nodes.map((node) => node.type)).toEqual(['function', 'event'])
    expect(after.edges.map((edge) => [edge.type, edge.source, edge.target])).toEqual([['derived', frame.id, event.id]])
    const drawn = after.nodes.find((node) => node.type === 'function')!
    expect(drawn.data.minis?.map((mini) => mini.kind)).toEqual(['http', 'emit', 'emit'])
    expect(drawn.ariaLabel).toContain('collapsed, 3 steps')
    expect(drawn.height).toBeLessThan(before.nodes.find((node) => node.id === frame.id)!.height!)
    for (const { id, position } of after.nodes) expect(position).toEqual(before.nodes.find((node) => node.id === id)!.position)
    expect(setCollapsed(setCollapsed(two.document, [frame.id], true), [frame.id], false)).toEqual(two.document)
  })

  test('collapsing changes nothing that runs', () => {
    fc.assert(fc.property(randomDocument, (document) => {
      const functions = (one: GraphDocument) => compile(one, { functionsElsewhere: [] }).functions
      expect(functions(setCollapsed(document, Object.keys(document.nodes), true))).toEqual(functions(setCollapsed(document, Object.keys(document.nodes), false)))
    }), { numRuns: 60 })
  })

  test('seen from far away, frames draw the steps and nothing is an edge', () => {
    const { nodes, edges, lines } = toFlow({ document: fanOut().document, links: [], facts: noFacts, selected: new Set(), editable: true, flat: true })
    expect(nodes.every((node) => node.type !== 'step')).toBe(true)
    expect(edges).toHaveLength(0)
    expect(lines).toHaveLength(3)
  })

  test('selecting something else gives what drawing all of it anew would, and touches only what changed', () => {
    fc.assert(fc.property(randomDocument, fc.array(fc.nat(1000), { maxLength: 4 }), fc.array(fc.nat(1000), { maxLength: 4 }), fc.boolean(), fc.boolean(), (random, a, b, flat, folded) => {
      const document = folded ? setCollapsed(random, Object.keys(random.nodes).filter((_, i) => i % 2 === 0), true) : random
      const all = [...Object.keys(document.nodes), ...Object.keys(document.edges)]
      const picked = (picks: number[]) => new Set(picks.flatMap((pick) => all[pick % Math.max(1, all.length)] ?? []))
      const input = (selected: ReadonlySet<string>) => ({ document, links: derivedLinks(document), facts: noFacts, selected, editable: true, flat })
      const [before, after] = [toFlow(input(picked(a))), toFlow(input(picked(b)))]
      const turned = reselect(before, input(picked(b)))
      expect(turned).toEqual(after)
      const same = new Set([...all].filter((id) => picked(a).has(id) === picked(b).has(id)))
      for (const [i, node] of turned.nodes.entries()) if (same.has(node.id) && node.type !== 'function') expect(node).toBe(before.nodes[i])
      for (const [i, edge] of turned.edges.entries()) if (same.has(edge.id)) expect(edge).toBe(before.edges[i])
    }), { numRuns: 100 })
  })

  test('a drag shows what the document would be, and touches nothing that is not near', () => {
    fc.assert(fc.property(randomDocument, fc.nat(1000), fc.nat(1000), (document, a, b) => {
      const ids = Object.keys(document.nodes)
      const dragged = [...new Set([ids[a % Math.max(1, ids.length)], ids[b % Math.max(1, ids.length)]])].filter((id) => id !== undefined && layScene(document).boxes.has(id)) as string[]
      if (dragged.length === 0) return
      const links = derivedLinks(document)
      const flow = show(document)
      const reach = reachOf(flow, document, links, dragged)
      const positions = Object.fromEntries(dragged.map((id) => [id, { x: document.nodes[id]!.position.x + 24, y: document.nodes[id]!.position.y - 16 }]))
      const moved = moveFlow(flow, document, reach, positions)
      // Frames grow with their steps when they are let go; under the pointer they do not.
      const wanted = show({ ...document, nodes: { ...document.nodes, ...Object.fromEntries(dragged.map((id) => [id, { ...document.nodes[id]!, position: positions[id]! }])) } as GraphDocument['nodes'] })
      for (const node of moved.nodes) expect({ position: node.position, inside: node.data.inside }).toEqual({ position: wanted.nodes.find((one) => one.id === node.id)!.position, inside: wanted.nodes.find((one) => one.id === node.id)!.data.inside })
      const paths = new Map(wanted.lines.map((line) => [line.id, line.paths]))
      for (const line of moved.lines) expect(line.paths).toEqual(paths.get(line.id))
      for (const line of flow.lines) if (!reach.lines.has(line.id)) expect(line.paths).toEqual(paths.get(line.id))
      for (const [i, node] of moved.nodes.entries()) if (!reach.nodes.has(node.id)) expect(node).toBe(flow.nodes[i])
    }), { numRuns: 120 })
  })

  test('a node is named with what it hangs together with, and never at length', () => {
    const frame = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'add-to-crm' })
    const a = addStep(frame.document, { parent: frame.id, kind: 'http' })
    const b = addStep(a.document, { parent: frame.id, kind: 'transform', after: a.id })
    const facts = { ...noFacts, problems: { [b.id]: 'error' as const }, problemCounts: { [b.id]: 2 } }
    const named = toFlow({ document: b.document, links: [], facts, selected: new Set(), editable: true }).nodes.find((node) => node.id === b.id)!.ariaLabel!
    expect(named).toMatch(/^Step .+, in function add-to-crm, after .+, 2 problems to fix$/)
    fc.assert(fc.property(randomDocument, (document) => {
      for (const node of show(document).nodes) expect(node.ariaLabel!.length).toBeLessThan(1000)
    }), { numRuns: 30 })
  })

  test('a point finds the step before its frame', () => {
    const frame = addFunction(emptyDocument(), { position: { x: 100, y: 100 }, slug: 'f' })
    const step = addStep(frame.document, { parent: frame.id, kind: 'http' })
    const scene = layScene(step.document)
    expect(boxAt(scene, { x: 150, y: 160 })?.id).toBe(step.id)
    expect(boxAt(scene, { x: 104, y: 104 })?.id).toBe(frame.id)
    expect(boxAt(scene, { x: 0, y: 0 })).toBeNull()
  })
})
