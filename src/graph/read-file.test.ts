import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { examples } from '#examples/list.ts'
import { adopt } from '#graph/adopt.ts'
import { graphDocument, type GraphDocument } from '#graph/document.ts'
import { clip } from '#graph/edit/paste.ts'
import { writeClipping } from '#graph/edit/read-clipping.ts'
import { compile } from '#graph/compile/index.ts'
import { readDrawingFile, type DrawingFile } from '#graph/read-file.ts'

const signup = examples.find((one) => one.slug === 'signup-pipeline')!.draw()
const read = (value: unknown) => readDrawingFile(typeof value === 'string' ? value : JSON.stringify(value))
const fits = (value: unknown): DrawingFile => {
  const file = read(value)
  if ('refused' in file) throw new Error(file.refused)
  return file
}

test('every example comes back as it was, with or without its name', () => {
  for (const example of examples) {
    const document = example.draw()
    expect(fits({ slug: example.slug, name: example.name, graph: document })).toEqual({ kind: 'workflow', name: example.name, document, problems: [] })
    expect(fits(document)).toMatchObject({ name: '', document })
  }
})

test('copied parts become a drawing; steps without their function get one', () => {
  const whole = fits(writeClipping(clip(signup, ['f_add-to-crm', 'ev_account_created'])))
  expect(whole.kind).toBe('parts')
  expect(Object.values(whole.document.nodes).map((node) => node.type).sort()).toEqual(['event', 'function', 'step'])
  const loose = fits(writeClipping(clip(signup, ['s_add-to-crm_create_contact'])))
  expect(Object.values(loose.document.nodes).map((node) => node.type).sort()).toEqual(['function', 'step'])
  expect(graphDocument.safeParse(loose.document).success).toBe(true)
})

test('a byte order mark before it is no part of it', () => {
  expect(fits(`\uFEFF${JSON.stringify(signup)}`).document).toEqual(signup)
})

describe('what is refused says what to do', () => {
  test.each([
    ['name: x\non: push\n', "The file is not JSON: Unexpected token 'a'."],
    ['', 'The file is empty.'],
    ['{"a": }', 'The file is not JSON'],
    ['[1]', 'has to be an object'],
    ['{"name":"x"}', '`nodes` and `edges` are missing'],
    ['{"nodes":{},"edges":{}}', 'does not say its version'],
    ['{"version":7,"nodes":{},"edges":{}}', 'has version 7'],
    ['{"version":1,"nodes":{"a":1},"edges":{}}', 'Nothing in the file fits'],
    ['{"kind":"fanwise/drawing","nodes":[null]}', 'Nothing in the file fits'],
  ])('%s', (text, words) => {
    const file = read(text)
    if (!('refused' in file)) throw new Error('It was taken.')
    expect(file.refused).toContain(words)
    expect(file.refused).not.toContain('\n')
    expect(file.fix.length).toBeGreaterThan(10)
  })
})

describe('a file of another tool is named, with what does the work of its parts here', () => {
  const n8n = {
    name: 'Lead intake', nodes: [
      { name: 'Webhook', type: 'n8n-nodes-base.webhook', parameters: {} }, { name: 'Create contact', type: 'n8n-nodes-base.httpRequest', parameters: {} },
      { name: 'Post', type: 'n8n-nodes-base.slack' }, { name: 'Sort', type: 'n8n-nodes-base.code' },
    ], connections: { Webhook: { main: [[{ node: 'Create contact', type: 'main', index: 0 }]] } },
  }
  const zap = { zaps: [{ id: 1, title: 'New lead', nodes: { 1: { id: 1, type_of: 'read', selected_api: 'WebHookCLIAPI@1.0.0', action: 'catch_hook' }, 2: { id: 2, type_of: 'write', selected_api: 'SlackAPI', action: 'channel_message' } } }] }
  const flow = { summary: 'Sync', value: { modules: [{ id: 'a', value: { type: 'forloopflow', modules: [{ id: 'b', summary: 'Push', value: { type: 'rawscript', language: 'bun' } }] } }] } }
  const kit = { name: 'Social posts', actions: [{ id: '1', kind: 'generate', name: 'Generate' }], edges: [{ from: '$source', to: '1' }] }
  const blueprint = { name: 'Orders', flow: [{ id: 1, module: 'gateway:CustomWebHook' }, { id: 2, module: 'builtin:BasicRouter' }] }
  test.each([
    ['n8n', n8n, 'an n8n workflow, "Lead intake", with 4 parts', ['A webhook', 'HTTP request', 'connection for its key', 'Code step']],
    ['a list of n8n workflows', [n8n], 'an n8n workflow', ['A webhook', 'HTTP request', 'connection for its key', 'Code step']],
    ['Zapier', zap, 'a Zap of Zapier, "New lead", with 2 parts', ['A webhook', 'connection for its key']],
    ['Windmill', flow, 'a Windmill flow, "Sync", with 2 parts', ['Emit per item', 'Code step']],
    ['Inngest', kit, 'Inngest\'s workflow kit, "Social posts", with 1 part.', ['HTTP request']],
    ['Make', blueprint, 'a blueprint of Make, "Orders"', ['A webhook', 'Condition']],
  ])('%s', (_tool, value, words, parts) => {
    const file = read(value)
    if (!('refused' in file)) throw new Error('It was taken.')
    expect(file).toMatchObject({ foreign: true })
    expect(file.refused).toContain(words)
    expect(file.fix).toContain('template')
    expect(file.problems.map((one) => one.fix)).toEqual(parts.map((part) => expect.stringContaining(part) as string))
  })

  test('whatever is inside it', () => {
    fc.assert(fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (nodes, connections) => {
      expect(read({ nodes, connections })).toHaveProperty('foreign', true)
      expect(read({ value: { modules: nodes } })).toHaveProperty('foreign', true)
      read({ zaps: nodes, flow: nodes, actions: nodes, edges: nodes })
    }), { numRuns: 60 })
  })
})

test('each part that does not fit is named by its place, and the rest is taken', () => {
  const broken = JSON.parse(JSON.stringify(signup)) as { nodes: Record<string, Record<string, unknown>>; edges: Record<string, Record<string, unknown>> }
  broken.nodes['f_add-to-crm']!.retries = 'three'
  broken.nodes['ghost'] = { id: 'ghost', type: 'ghost' }
  broken.edges['loose'] = { id: 'loose', type: 'order', source: 'nobody', target: 'ghost', port: 'out' }
  const file = fits(broken)
  expect(file.problems).toContainEqual({ place: 'function add-to-crm, retries', message: 'It has to be a number.', fix: expect.any(String) as string })
  expect(file.problems).toContainEqual(expect.objectContaining({ place: 'step Create contact', message: 'Its function is not in the file, or was left out.' }))
  expect(file.problems.map((one) => one.place)).toEqual(expect.arrayContaining(['ghost nodes.ghost, type', 'line loose']))
  expect(Object.keys(file.document.nodes)).toContain('f_notify-slack')
  expect(Object.keys(file.document.nodes)).not.toContain('f_add-to-crm')
})

test('whatever is put in its place, a drawing comes out that compiles, or a reason', () => {
  const text = JSON.stringify({ name: 'x', graph: examples[2]!.draw() })
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"|\d+/g)].map((match) => [match.index, match.index + match[0].length] as const)
  fc.assert(fc.property(fc.nat(places.length - 1), fc.jsonValue(), (place, value) => {
    const [from, to] = places[place]!
    const file = readDrawingFile(`${text.slice(0, from)}${JSON.stringify(value)}${text.slice(to)}`)
    if ('refused' in file) return
    expect(graphDocument.safeParse(file.document).success).toBe(true)
    compile(file.document, { functionsElsewhere: [] })
  }), { numRuns: 150 })
})

test.each(['url', 'connection', 'method', 'headers'])('a setting %s of the wrong kind is a finding, never a failure', (field) => {
  const step = { id: 's', type: 'step', parent: 'f', position: { x: 24, y: 40 }, key: 'call', name: 'Call', kind: 'http', config: { method: 'GET', url: 'playground://crm/x', auth: 'connection', connection: 'CRM', [field]: {} } }
  const file = fits({ version: 1, edges: {}, nodes: { f: { id: 'f', type: 'function', slug: 'one', retries: 1, position: { x: 0, y: 0 }, size: { w: 200, h: 200 } }, s: step } })
  expect(compile(file.document, { functionsElsewhere: [] }).diagnostics.filter((one) => one.nodeId === 's' && one.severity === 'error')).not.toEqual([])
})

describe('what no drawing can keep is left out and named, whatever it is', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const holding = (sample: string): string => `{"version":1,"edges":{},"nodes":{"good":{"id":"good","type":"event","position":{"x":0,"y":0},"event":"a/good"},"bad":{"id":"bad","type":"event","position":{"x":0,"y":0},"event":"a/bad","sample":{"x":${sample}}}}}`
  test.each([
    ['bottomless data', nested(100_000), 'deeper than 200 levels'],
    ['deep data', nested(300), 'deeper than 200 levels'],
    ['a null character', '"a\\u0000b"', 'null character'],
    ['half a character', '"\\ud800"', 'half a character'],
  ])('%s', (_what, sample, words) => {
    const file = fits(holding(sample))
    expect(Object.keys(file.document.nodes)).toEqual(['good'])
    expect(file.problems).toEqual([{ place: 'event a/bad', message: expect.stringContaining(words) as string, fix: expect.any(String) as string }])
  })
  test.each([['a list', nested(1_000_000)], ['objects', `${'{"graph":'.repeat(100_000)}1${'}'.repeat(100_000)}`], ['a line', `{"version":1,"nodes":{"a":${nested(50_000)}},"edges":{"e":${nested(50_000)}}}`], ['copied parts', `{"kind":"fanwise/drawing","nodes":[${nested(100_000)}],"edges":[${nested(100_000)}]}`]])('bottomless %s', (_what, text) => {
    expect(read(text)).toHaveProperty('refused')
  })
  test('more things than a canvas takes', () => {
    const nodes = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, { id: `n${i}`, type: 'note', text: 'x', position: { x: 0, y: 0 }, size: { w: 90, h: 40 } }]))
    expect(read({ version: 1, nodes, edges: {} })).toMatchObject({ refused: 'The drawing has 10,000 things; 5,000 is the most.' })
  })
})

test('taken slugs and addresses get new values, and what names them follows', () => {
  const document: GraphDocument = {
    version: 1, edges: {}, nodes: {
      a: { id: 'a', type: 'function', slug: 'charge', retries: 1, onFailure: 'refund', position: { x: 0, y: 0 }, size: { w: 200, h: 200 } },
      b: { id: 'b', type: 'function', slug: 'refund', retries: 1, position: { x: 0, y: 300 }, size: { w: 200, h: 200 } },
      s: { id: 's', type: 'step', parent: 'a', key: 'call', name: 'Call', kind: 'invoke', config: { function: 'charge', data: '{}' }, position: { x: 24, y: 40 } },
      h: { id: 'h', type: 'webhook', name: 'Orders', hookId: 'known-address', position: { x: 0, y: 0 } },
      i: { id: 'i', type: 'webhook', name: 'Other', hookId: 'free-address', position: { x: 0, y: 0 } },
    },
  }
  const { document: made, renamed, webhooks } = adopt(document, { slugs: ['charge', 'refund', 'refund-2'], hooks: new Set(['known-address']) })
  expect(renamed).toEqual([{ from: 'charge', to: 'charge-2' }, { from: 'refund', to: 'refund-3' }])
  expect(made.nodes['a']).toMatchObject({ slug: 'charge-2', onFailure: 'refund-3' })
  expect(made.nodes['s']).toMatchObject({ config: { function: 'charge-2' } })
  expect(webhooks).toEqual([{ name: 'Orders', newAddress: true }, { name: 'Other', newAddress: false }])
  expect(made.nodes['i']).toEqual(document.nodes['i'])
})
