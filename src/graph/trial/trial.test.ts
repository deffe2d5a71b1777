import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#base/json.ts'
import { advance } from '#engine/advance.ts'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { randomDocument } from '#graph/random-edits.ts'
import { planTrial, type TrialOptions } from '#graph/trial/plan.ts'
import { exitsOf } from '#graph/trial/ways.ts'
import type { StepKind } from '#steps/kind.ts'

const catalog = { functionsElsewhere: [] }
const options = (change: Partial<TrialOptions> = {}): TrialOptions => ({ revision: 4, outside: 'real', earlier: {}, examples: false, ...change })

/** A function of these steps, by key; lines are drawn with `after`. */
function draw(steps: Record<string, { kind: StepKind; config: JsonObject }>): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'event', position: { x: 0, y: 0 }, event: 'a/b' }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'work' }).document
  document = after(document, 'event', 'fn')
  for (const [key, { kind, config }] of Object.entries(steps)) document = addStep(document, { id: key, parent: 'fn', kind, key, config }).document
  return document
}

const after = (document: GraphDocument, source: string, target: string, port?: string): GraphDocument => {
  const answer = connect(document, { source, target, ...(port === undefined ? {} : { port }) })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

const reads = (value: string): JsonObject => ({ fields: [{ name: 'x', value }] })
const line = (): GraphDocument => {
  let document = draw({
    ask: { kind: 'http', config: { method: 'GET', url: 'https://crm.example.com/a' } },
    shape: { kind: 'transform', config: reads('{{ steps.ask.body.id }}') },
    tell: { kind: 'mail', config: { to: 'a@b.c', subject: '{{ steps.shape.x }}' } },
  })
  document = after(document, 'ask', 'shape')
  return after(document, 'shape', 'tell')
}

const shapeOf = (document: GraphDocument, change: Partial<TrialOptions>) =>
  planTrial(document, catalog, options(change))!.target!.steps.map((step) => [step.id, step.given?.as ?? 'runs'])

describe('what a part runs', () => {
  test('only this step: what comes before is given, what comes after is not there', () => {
    expect(shapeOf(line(), { part: { mode: 'step', node: 'shape' }, earlier: { ask: { body: { id: 7 } } } })).toEqual([['ask', 'earlier'], ['shape', 'runs']])
  })

  test('from here on', () => {
    expect(shapeOf(line(), { part: { mode: 'from', node: 'shape' }, earlier: { ask: { body: { id: 7 } } } })).toEqual([['ask', 'earlier'], ['shape', 'runs'], ['tell', 'runs']])
  })

  test('a pinned output goes before the last real one; the step that is asked for runs all the same', () => {
    const document = updateNode(updateNode(line(), 'ask', { pinned: { body: { id: 1 } } }), 'shape', { pinned: { x: 2 } })
    const plan = planTrial(document, catalog, options({ part: { mode: 'from', node: 'shape' }, earlier: { ask: { body: { id: 7 } } } }))!
    expect(plan.target!.steps[0]!.given).toEqual({ output: { body: { id: 1 } }, port: 'out', as: 'pinned' })
    expect(plan.target!.steps[1]!.given).toBeUndefined()
  })

  test('calls to the outside are not made when they are stubbed: last real output, else an example', () => {
    const plan = planTrial(line(), catalog, options({ outside: 'stubbed', earlier: { ask: { status: 201 } } }))!
    expect(plan.target).toBeNull()
    expect(plan.functions[0]!.steps.map((step) => step.given)).toEqual([
      { output: { status: 201 }, port: 'out', as: 'stubbed' }, undefined, { output: { messageId: 'mail_not_sent', via: 'outbox', to: 'a@b.c' }, port: 'out', as: 'stubbed' },
    ])
    expect(plan.functions[0]!.trial).toEqual({ revision: 4, part: 'outside calls stubbed', reach: 'draft' })
  })

  test('a call of the playground is none to the outside', () => {
    const document = updateNode(line(), 'ask', { config: { url: 'playground://crm/contacts' } })
    expect(planTrial(document, catalog, options({ outside: 'stubbed' }))!.functions[0]!.steps[0]!.given).toBeUndefined()
  })

  test('an output that is read and that nobody knows is missing; one that nobody reads is not', () => {
    expect(planTrial(line(), catalog, options({ part: { mode: 'step', node: 'shape' } }))!.missing).toEqual([{ key: 'ask', nodeId: 'ask', name: 'HTTP request' }])
    expect(planTrial(line(), catalog, options({ part: { mode: 'step', node: 'tell' }, earlier: { shape: { x: 1 } } }))!.missing).toEqual([])
    expect(planTrial(line(), catalog, options({ part: { mode: 'step', node: 'shape' }, examples: true }))!.missing).toEqual([])
  })

  test('an unfinished step beyond the part keeps nobody from trying it', () => {
    const document = updateNode(line(), 'tell', { config: { to: '' } })
    expect(planTrial(document, catalog, options({ part: { mode: 'from', node: 'shape' }, examples: true }))!.target).toBeNull()
    const plan = planTrial(document, catalog, options({ part: { mode: 'step', node: 'shape' }, examples: true }))!
    expect(plan.target?.steps).toHaveLength(2)
    expect(plan.diagnostics.filter((one) => one.severity === 'error')).toEqual([])
  })

  test('a single step does not stand in line and fails at once', () => {
    const document = updateNode(line(), 'fn', { concurrency: { limit: 1 }, retries: 9 })
    expect(planTrial(document, catalog, options({ part: { mode: 'step', node: 'ask' } }))!.target).toMatchObject({ retries: 0 })
    expect(planTrial(document, catalog, options({ part: { mode: 'step', node: 'ask' } }))!.target!.concurrency).toBeUndefined()
    expect(planTrial(document, catalog, options({ part: { mode: 'function', node: 'fn' } }))!.target).toMatchObject({ retries: 9, concurrency: { limit: 1 } })
  })
})

describe('what hangs together', () => {
  test('a call of a function of this drawing is made and brings it along; one of another workflow is stubbed like any call to the outside', () => {
    let document = draw({ call: { kind: 'invoke', config: { function: 'other' } } })
    document = addFunction(document, { id: 'fn-other', position: { x: 300, y: 200 }, slug: 'other' }).document
    document = addStep(document, { id: 'inner', parent: 'fn-other', kind: 'http', key: 'inner', config: { method: 'GET', url: 'https://a.example.com' } }).document
    document = addFunction(document, { id: 'fn-third', position: { x: 300, y: 400 }, slug: 'third' }).document
    const plan = planTrial(document, catalog, options({ part: { mode: 'step', node: 'call' }, outside: 'stubbed' }))!
    expect(plan.functions.map((one) => [one.slug, one.steps.map((step) => step.given?.as ?? 'runs')])).toEqual([['work', ['runs']], ['other', ['stubbed']]])
    const elsewhere = { functionsElsewhere: [{ slug: 'far', workflow: 'w', events: [], emits: [] }] }
    const far = updateNode(document, 'call', { config: { function: 'far' } })
    expect(planTrial(far, elsewhere, options({ outside: 'stubbed' }))!.functions.find((one) => one.slug === 'work')!.steps[0]!.given).toEqual({ output: null, port: 'out', as: 'stubbed' })
    expect(planTrial(far, elsewhere, options())!.plain).toBe(true)
  })

  test('what a fan-out that is not sent would have given is given, too', () => {
    let document = draw({
      fan: { kind: 'emit-each', config: { items: '{{ event.data.list }}', event: 'a/c', data: '{}' } },
      results: { kind: 'gather', config: { of: 'fan' } },
    })
    document = updateNode(after(document, 'fan', 'results'), 'fan', { pinned: { count: 2, ids: [] } })
    expect(planTrial(document, catalog, options())!.functions[0]!.steps.map((step) => step.given?.as)).toEqual(['pinned', 'example'])
  })

  test('an output that tells of a failure leaves by the branch for that', () => {
    let document = updateNode(line(), 'ask', { onError: 'branch', pinned: { error: { code: 'step_outside', message: 'no' } } })
    document = addStep(document, { id: 'mend', parent: 'fn', kind: 'transform', key: 'mend', config: reads('1') }).document
    document = after(document, 'ask', 'mend', 'error')
    expect(planTrial(document, catalog, options())!.functions[0]!.steps.find((step) => step.id === 'ask')!.given!.port).toBe('error')
    expect(planTrial(document, catalog, options({ part: { mode: 'step', node: 'shape' } }))!.turned).toEqual(['ask'])
  })
})

describe('the way to the tested step', () => {
  const branching = (): GraphDocument => {
    let document = draw({
      check: { kind: 'condition', config: { mode: 'if', cases: [{ id: 'c', label: '', when: 'event.data.n > 1' }] } },
      yes: { kind: 'transform', config: reads('1') },
      no: { kind: 'transform', config: reads('{{ steps.check.branch }}') },
      both: { kind: 'transform', config: reads('3') },
    })
    document = after(document, 'check', 'yes', 'true')
    document = after(document, 'check', 'no', 'false')
    document = after(document, 'yes', 'both')
    return after(document, 'no', 'both')
  }

  test('is the one that was last taken when that leads there', () => {
    const plan = planTrial(branching(), catalog, options({ part: { mode: 'step', node: 'both' }, earlier: { check: { branch: 'false' }, no: { x: 2 } } }))!
    expect(plan.target!.steps.find((step) => step.id === 'check')!.given).toEqual({ output: { branch: 'false' }, port: 'false', as: 'earlier' })
    expect(plan.turned).toEqual([])
  })

  test('is turned when it led elsewhere, together with the output that tells of it', () => {
    const plan = planTrial(branching(), catalog, options({ part: { mode: 'from', node: 'no' }, earlier: { check: { branch: 'true' } } }))!
    expect(plan.target!.steps.find((step) => step.id === 'check')!.given).toEqual({ output: { branch: 'false' }, port: 'false', as: 'example' })
    expect(plan.turned).toEqual(['check'])
  })
})

/** Runs a definition in memory: every step that is not given answers null by the way out the pick says. */
function walk(steps: Parameters<typeof advance>[0], pick: (n: number) => number): string[] {
  const ended = new Map<string, { port: string | null }>()
  const ran: string[] = []
  for (;;) {
    const { ready, complete } = advance(steps, ended)
    const next = ready[0]
    if (next === undefined) {
      expect(complete).toBe(true)
      return ran
    }
    const exits = exitsOf(next)
    if (next.given === undefined) ran.push(next.id)
    ended.set(next.id, { port: next.given?.port ?? exits[pick(ran.length) % exits.length]! })
  }
}

test('of any drawing, each part that can be tested is a valid function that runs the asked step and no given one', () => {
  const pins = fc.array(fc.tuple(fc.nat(60), fc.json({ maxDepth: 1 })), { maxLength: 6 })
  let tested = 0
  fc.assert(fc.property(randomDocument, fc.nat(60), fc.constantFrom('step', 'from', 'function'), fc.boolean(), pins, pins, fc.nat(5), (drawn, n, mode, stubbed, pinned, known, seed) => {
    const steps = Object.values(drawn.nodes).flatMap((node) => (node.type === 'step' ? [node] : []))
    const frames = Object.values(drawn.nodes).filter((node) => node.type === 'function')
    const some = mode === 'function' ? frames : steps
    const node = some[n % Math.max(1, some.length)]
    if (node === undefined) return
    const values = (list: [number, string][]) => Object.fromEntries(list.flatMap(([at, text]) => (steps.length === 0 ? [] : [[steps[at % steps.length]!.id, JSON.parse(text) as Json]])))
    const document = Object.entries(values(pinned)).reduce((all, [id, value]) => updateNode(all, id, { pinned: value }), drawn)
    const plan = planTrial(document, catalog, options({ part: { mode, node: node.id }, outside: stubbed ? 'stubbed' : 'real', earlier: values(known), examples: true }))!
    if (plan.target === null) return
    tested += 1
    const { target } = plan
    const order = target.steps.map((step) => step.id)
    for (const step of target.steps) for (const edge of step.after) expect(order.indexOf(edge.step)).toBeLessThan(order.indexOf(step.id))
    for (const step of target.steps) if (step.given !== undefined) expect(step.onError === undefined && step.each === undefined).toBe(true)
    const ran = walk(target.steps, (at) => at + seed)
    const here = target.steps.find((step) => step.nodeId === node.id)
    if (mode !== 'function') expect(here !== undefined && (here.given !== undefined || ran.includes(here.id))).toBe(true)
    if (mode === 'step') expect(ran.every((id) => id === here!.id)).toBe(true)
    expect(JSON.parse(JSON.stringify(target))).toEqual(target)
  }), { numRuns: 150 })
  expect(tested).toBeGreaterThan(8)
})

test('pins change nothing that is published: definitions and hashes of any drawing are the same with them', () => {
  fc.assert(fc.property(randomDocument, fc.array(fc.tuple(fc.nat(60), fc.json({ maxDepth: 2 })), { minLength: 1, maxLength: 8 }), (drawn, pins) => {
    const steps = Object.values(drawn.nodes).filter((node) => node.type === 'step')
    if (steps.length === 0) return
    const pinned = pins.reduce((all, [at, text]) => updateNode(all, steps[at % steps.length]!.id, { pinned: JSON.parse(text) as Json }), drawn)
    expect(compile(pinned, catalog)).toEqual(compile(drawn, catalog))
  }), { numRuns: 80 })
})
