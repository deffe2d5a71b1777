import { describe, expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { graphDocument } from '#graph/document.ts'
import { nodeSize } from '#graph/sizes.ts'
import { fromTemplate, templates } from '#examples/templates/list.ts'

test('at least twelve beside the examples, each with a name of its own', () => {
  expect(templates.filter((one) => one.category !== 'Patterns').length).toBeGreaterThanOrEqual(12)
  expect(new Set(templates.map((one) => one.slug)).size).toBe(templates.length)
  const slugs = templates.flatMap((one) => Object.values(one.draw().nodes).flatMap((node) => (node.type === 'function' ? [node.slug] : [])))
  expect(new Set(slugs).size).toBe(slugs.length)
})

describe.each(templates.filter((one) => one.category !== 'Patterns'))('$slug', (template) => {
  const document = template.draw()
  test('compiles without a finding and calls only the playground', () => {
    const { diagnostics, functions } = compile(document, { functionsElsewhere: [] })
    expect(diagnostics).toEqual([])
    expect(functions).toHaveLength(Object.values(document.nodes).filter((node) => node.type === 'function').length)
    expect(JSON.stringify(document)).not.toMatch(/https?:/)
  })
  test('is valid, drawn the same every time, and nothing overlaps', () => {
    expect(graphDocument.parse(document)).toEqual(document)
    expect(template.draw()).toEqual(document)
    const boxes = Object.values(document.nodes).flatMap((node) => (node.type === 'step' ? [] : [{ id: node.id, ...node.position, ...nodeSize(node) }]))
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
        expect([a.id, b.id, apart]).toEqual([a.id, b.id, true])
      }
    }
  })
})

test('used twice, it gets slugs that are free and webhook addresses of its own', () => {
  const relay = templates.find((one) => one.slug === 'webhook-relay')!
  const [one, two] = [fromTemplate(relay, []), fromTemplate(relay, ['relay-to-warehouse'])]
  const slugs = (document: typeof one) => Object.values(document.nodes).flatMap((node) => (node.type === 'function' ? [node.slug] : [])).sort()
  expect(slugs(one)).toEqual(['relay-to-billing', 'relay-to-warehouse'])
  expect(slugs(two)).toEqual(['relay-to-billing', 'relay-to-warehouse-2'])
  const hook = (document: typeof one) => Object.values(document.nodes).find((node) => node.type === 'webhook')!
  expect(hook(one)).not.toEqual(hook(two))
  expect(JSON.stringify(one)).not.toContain('placeholder-')
})
