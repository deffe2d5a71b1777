import { describe, expect, test } from 'vitest'
import { emptyDocument, type FunctionNode, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { stepSize } from '#graph/sizes.ts'
import { betweenWords, dropLine, dropNodes, dropTarget, dropWords, whereWords } from './drop.ts'

function twoFrames() {
  const one = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'one' })
  const two = addFunction(one.document, { position: { x: 600, y: 0 }, slug: 'two' })
  const a = addStep(two.document, { parent: one.id, kind: 'http' })
  const b = addStep(a.document, { parent: one.id, kind: 'mail', after: a.id })
  return { document: b.document, one: one.id, two: two.id, a: a.id, b: b.id }
}
const parentOf = (document: ReturnType<typeof twoFrames>['document'], id: string) => (document.nodes[id] as StepNode).parent

describe('dropping', () => {
  test('inside its frame a step moves and keeps its lines', () => {
    const { document, one, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 200, y: 64 } })
    expect(parentOf(after, b)).toBe(one)
    expect(Object.keys(after.edges)).toHaveLength(1)
  })

  test('over another frame it joins that one', () => {
    const { document, two, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 630, y: 40 } })
    expect(parentOf(after, b)).toBe(two)
    expect(Object.keys(after.edges)).toHaveLength(0)
  })

  test('over a step of another frame it stands beside that, and what is below makes room', () => {
    const { document, two, a, b } = twoFrames()
    const there = addStep(document, { parent: two, kind: 'code' })
    const box = { ...(there.document.nodes[two] as FunctionNode) }
    const below = addFunction(there.document, { position: { x: 600, y: box.size.h + 16 }, slug: 'below' })
    const stands = (below.document.nodes[there.id] as StepNode).position
    const over = { x: 600 + stands.x + 4, y: stands.y + 4 }
    const after = dropNodes(below.document, { [a]: over, [b]: { x: over.x + 30, y: over.y + 10 } })
    const places = [there.id, a, b].map((id) => (after.nodes[id] as StepNode).position)
    for (const one of places) for (const other of places) if (one !== other) expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(stepSize('http').h)
    const { position, size } = after.nodes[two] as FunctionNode
    expect(after.nodes[below.id]!.position.y).toBeGreaterThan(position.y + size.h)
  })

  test('within its own frame it stays there, though another lies over that', () => {
    const { document, one, two, b } = twoFrames()
    const lying = { ...document.nodes[two]!, position: { x: 60, y: 8 } }
    const over: GraphDocument = { ...document, nodes: { ...Object.fromEntries([[two, lying]]), ...document.nodes, [two]: lying } }
    const after = dropNodes(over, { [b]: { x: 168, y: 56 } })
    expect(parentOf(after, b)).toBe(one)
    expect(dropTarget(over, { [b]: { x: 168, y: 56 } })).toBeNull()
  })

  test('the function it gets has a name that no other drawing has', () => {
    const { document, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 0, y: 800 } }, { taken: ['function', 'function-2'] })
    expect((after.nodes[parentOf(after, b)] as FunctionNode).slug).toBe('function-3')
  })

  test('on empty canvas it gets a function around it', () => {
    const { document, one, two, b } = twoFrames()
    const after = dropNodes(document, { [b]: { x: 0, y: 800 } })
    const frame = after.nodes[parentOf(after, b)]!
    expect([one, two]).not.toContain(frame.id)
    expect(frame.position.y + (after.nodes[b] as StepNode).position.y).toBeCloseTo(800, -1)
  })

  test('just outside its frame its own function stands clear of that, and the edit says where it went', () => {
    const { document, one, two, b } = twoFrames()
    const { size } = document.nodes[one] as FunctionNode
    const beside = { [b]: { x: 60, y: size.h + 4 } }
    const made = (after: GraphDocument) => after.nodes[parentOf(after, b)] as FunctionNode
    expect(made(dropNodes(document, beside)).position.y).toBeGreaterThanOrEqual(size.h + 16)
    expect(whereWords(document, beside)).toBe(' into a function of its own')
    expect(whereWords(document, { [b]: { x: 630, y: 40 } })).toBe(' into two')
    expect(whereWords(document, { [b]: { x: 160, y: 48 }, [two]: { x: 700, y: 0 } })).toBe('')
  })

  test('still touching its own frame it stays, and the frame grows', () => {
    const { document, one, b } = twoFrames()
    const { size } = document.nodes[one] as { size: { w: number; h: number } }
    const after = dropNodes(document, { [b]: { x: size.w - 20, y: 40 } })
    expect(parentOf(after, b)).toBe(one)
    expect((after.nodes[one] as { size: { w: number } }).size.w).toBeGreaterThan(size.w)
  })

  test('several that go together keep the lines between them, and read each other by their new keys', () => {
    const { document, one, two, a, b } = twoFrames()
    const own = addStep(document, { parent: two, kind: 'http' })
    const after = addStep(updateNode(own.document, b, { config: { subject: '{{ steps.http.body.title }}' } }), { parent: one, kind: 'transform', after: b })
    const dropped = dropNodes(after.document, { [a]: { x: 610, y: 30 }, [b]: { x: 640, y: 60 } })
    const [first, second] = [a, b].map((id) => dropped.nodes[id] as StepNode) as [StepNode, StepNode]
    expect([first.parent, second.parent]).toEqual([two, two])
    expect(Object.values(dropped.edges).map(({ source, target }) => [source, target])).toEqual([[a, b]])
    expect([first.key, second.config.subject]).toEqual(['http_2', '{{ steps.http_2.body.title }}'])
    expect(dropWords(after.document, dropped)).toContain('The line to the function it came from is gone.')
  })

  test('held over a line it would go between the two, and does when it is let go', () => {
    const { document, one, two, a, b } = twoFrames()
    const c = addStep(document, { parent: two, kind: 'transform' })
    const onLine = over(c.document, c.id, a, b)
    const { step, line } = dropLine(c.document, onLine)!
    expect(step.id).toBe(c.id)
    expect([line.source, line.target]).toEqual([a, b])
    expect(dropTarget(c.document, onLine)).toMatchObject({ frame: { id: one }, line: { id: line.id } })
    expect(betweenWords(c.document, line)).toBe('between HTTP request and Send e-mail')
    const after = dropNodes(c.document, onLine, { snap: false })
    expect(parentOf(after, c.id)).toBe(one)
    expect(Object.values(after.edges).map(({ source, target }) => [source, target])).toEqual(expect.arrayContaining([[a, c.id], [c.id, b]]))
    expect(dropWords(c.document, after)).toBe('"Transform" is now part of `one`: fails and retries with it.')
  })

  test('a step with several lines loses them, and a note says so; one between two leaves them joined without a word', () => {
    const { document, one, a, b } = twoFrames()
    const fork = addStep(document, { parent: one, kind: 'http', after: b })
    const left = addStep(fork.document, { parent: one, kind: 'transform', after: fork.id, position: { x: 500, y: 40 } })
    const right = addStep(left.document, { parent: one, kind: 'transform', after: fork.id, position: { x: 500, y: 160 } })
    const after = dropNodes(right.document, over(right.document, fork.id, a, b), { snap: false })
    expect(dropWords(right.document, after)).toBe('The 3 lines that "HTTP request 2" had are gone.')
    const between = dropNodes(left.document, over(left.document, fork.id, a, b), { snap: false })
    expect(Object.values(between.edges).map(({ source, target }) => [source, target])).toContainEqual([b, left.id])
    expect(dropWords(left.document, between)).toBeNull()
  })

  test('over a line of its own, or with others, it only moves', () => {
    const { document, a, b } = twoFrames()
    const onLine = over(document, b, a, b)
    expect(dropLine(document, onLine)).toBeNull()
    const c = addStep(document, { parent: parentOf(document, a), kind: 'transform', position: { x: 40, y: 200 } })
    const both = { ...over(c.document, c.id, a, b), [a]: { x: 30, y: 40 } }
    expect(dropLine(c.document, both)).toBeNull()
    expect(Object.keys(dropNodes(c.document, both).edges)).toHaveLength(1)
  })
})

/** Where a step is held, so that its middle is on the line between two others. */
function over(document: GraphDocument, id: string, source: string, target: string): Record<string, { x: number; y: number }> {
  const [step, from, to] = [id, source, target].map((one) => document.nodes[one] as StepNode) as [StepNode, StepNode, StepNode]
  const [own, frame] = [step, to].map((one) => document.nodes[one.parent]!.position) as [{ x: number; y: number }, { x: number; y: number }]
  const middle = { x: (from.position.x + stepSize(from.kind).w + to.position.x) / 2, y: to.position.y + stepSize(to.kind).h / 2 }
  return { [id]: { x: frame.x + middle.x - stepSize(step.kind).w / 2 - own.x, y: frame.y + middle.y - stepSize(step.kind).h / 2 - own.y } }
}
