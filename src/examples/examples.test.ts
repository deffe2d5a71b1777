import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { graphDocument, type GraphDocument } from '#graph/document.ts'
import { eventReads } from '#graph/event-reads.ts'
import { nodeSize } from '#graph/sizes.ts'
import { derivedLinks } from '#graph/links.ts'
import { examples } from '#examples/list.ts'

const compiled = (slug: string) => compile(examples.find((one) => one.slug === slug)!.draw(), { functionsElsewhere: [] })
const fn = (slug: string, name: string) => compiled(slug).functions.find((one) => one.slug === name)!

describe.each(examples)('$slug', ({ draw, slug }) => {
  const document = draw()
  test('is a valid document and drawn the same every time', () => {
    expect(graphDocument.parse(document)).toEqual(document)
    expect(draw()).toEqual(document)
  })
  test('compiles without a single finding beside the other examples', () => {
    const others = examples.filter((one) => one.slug !== slug).flatMap((one) => compile(one.draw(), { functionsElsewhere: [] }).functions.map((f) => ({
      slug: f.slug, workflow: one.slug, events: f.triggers.flatMap((t) => (t.type === 'event' ? [t.event] : [])),
    })))
    const { diagnostics, functions } = compile(document, { functionsElsewhere: others })
    expect(diagnostics).toEqual([])
    expect(functions).toHaveLength(Object.values(document.nodes).filter((node) => node.type === 'function').length)
  })
  test('nothing overlaps, steps are inside their frames, everything is on the grid', () => {
    const boxes = boxesOf(document)
    for (const [i, a] of boxes.entries()) {
      expect([a.id, Math.abs(a.x % 8), Math.abs(a.y % 8)]).toEqual([a.id, 0, 0])
      for (const b of boxes.slice(i + 1)) {
        if (a.holds === b.id || b.holds === a.id) continue
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
        expect([a.id, b.id, apart]).toEqual([a.id, b.id, true])
      }
    }
    for (const node of Object.values(document.nodes)) {
      if (node.type !== 'step') continue
      const parent = document.nodes[node.parent]!
      const size = nodeSize(node)
      const room = nodeSize(parent)
      expect(node.position.x >= 16 && node.position.y >= 36 && node.position.x + size.w <= room.w - 16 && node.position.y + size.h <= room.h - 32).toBe(true)
    }
  })
})

function boxesOf(document: GraphDocument) {
  return Object.values(document.nodes).map((node) => {
    const frame = node.type === 'step' ? document.nodes[node.parent]! : undefined
    const size = nodeSize(node)
    const x = node.position.x + (frame?.position.x ?? 0)
    const y = node.position.y + (frame?.position.y ?? 0)
    // A clock has its times in words under it, about two lines.
    return { id: node.id, holds: frame?.id, x, y, w: size.w, h: node.type === 'schedule' ? size.h + 32 : size.h }
  })
}

test('the signup pipeline has the retries of the text it comes from', () => {
  expect(compiled('signup-pipeline').functions.map((one) => [one.slug, one.retries, one.triggers])).toEqual(
    ([['send-welcome-email', 3], ['create-billing-trial', 5], ['add-to-crm', 3], ['notify-slack', 1], ['audit-log', 2]] as const).map(([slug, retries]) => [slug, retries, [{ type: 'event', event: 'user/account.created' }]]))
})

test('the digest sends one event per user to a function limited to 50', () => {
  const orchestrator = fn('weekly-digest', 'weekly-digest-orchestrator')
  expect(orchestrator.triggers).toEqual([{ type: 'schedule', id: 'sc_monday', cron: '0 9 * * MON', timezone: 'Europe/Berlin' }])
  expect(orchestrator.steps.map((step) => step.kind)).toEqual(['http', 'transform', 'emit-each'])
  expect(fn('weekly-digest', 'send-weekly-digest').concurrency).toEqual({ limit: 50 })
  expect(derivedLinks(examples[1]!.draw())).toMatchObject([{ eventNodeId: 'ev_weekly_send', perItem: true }])
})

test('the order is charged, reserved, fulfilled and recorded before four functions hear of it', () => {
  const { steps } = fn('order-cascade', 'process-order')
  expect(steps.map((step) => step.id)).toEqual(['charge', 'inventory', 'fulfilment', 'update_record', 'confirm'])
  expect(steps.map((step) => step.after.map((edge) => edge.step).join())).toEqual(['', 'charge', 'inventory', 'fulfilment', 'update_record'])
  const reacting = compiled('order-cascade').functions.filter((one) => one.triggers.some((t) => t.type === 'event' && t.event === 'order/confirmed'))
  expect(reacting.map((one) => one.slug).sort()).toEqual(['notify-warehouse', 'send-order-confirmation-email', 'send-order-sms', 'update-loyalty-points'])
})

test('every command that is shown sends what the functions of the example cannot do without', () => {
  const needed = [...new Set(compiled('signup-pipeline').functions.flatMap((one) => eventReads(one).filter((read) => read.required).map((read) => read.path[0]!)))]
  const shown = ['README.md', 'src/cli/fanwise/bootstrap.ts', 'src/cli/fanwise/send.ts'].flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'(\{"(?:name":"user\/account.created"|userId").*?\})'/g)].map(([, text]) => ({ file, body: JSON.parse(text!) as { name?: string; data?: object } })))
  expect(new Set(shown.map((one) => one.file)).size).toBe(3)
  for (const { file, body } of shown) expect([file, Object.keys(body.data ?? body)]).toEqual([file, expect.arrayContaining(needed)])
})
