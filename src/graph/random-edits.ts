/** Test material: documents made by random sequences of the editor's own edits. */
import fc from 'fast-check'
import type { GraphDocument } from '#graph/document.ts'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addSchedule, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { moveNodes, resizeNode } from '#graph/edit/move.ts'
import { clip, paste } from '#graph/edit/paste.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { setParent } from '#graph/edit/set-parent.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import type { JsonObject } from '#base/json.ts'
import { stepKinds, type StepKind } from '#steps/kind.ts'

/** One edit: a kind, two picks among what exists, and a seed for the rest. */
export interface RandomEdit {
  what: number
  a: number
  b: number
  text: string
  x: number
  y: number
}

const texts = [
  'user/account.created', 'order/*', 'order.*', '', 'fanwise/function.failed', 'fanwise/mine', 'a b', '0 9 * * MON', '61 * * * *', 'send-email', 'Send Email',
  '{{ event.data.email }}', '{{ steps.http.body }}', '{{ steps.http.body', '{{ nobody.x }}', 'return 1', 'return (', '{"a": {{ event.data.a }}}', '{"a":', 'constructor', '1h', 'event.data.x == 1',
]

export const randomEdit: fc.Arbitrary<RandomEdit> = fc.record({
  what: fc.integer({ min: 0, max: 15 }), a: fc.nat(1000), b: fc.nat(1000),
  text: fc.constantFrom(...texts), x: fc.integer({ min: -400, max: 2000 }), y: fc.integer({ min: -400, max: 2000 }),
})

/** From nothing to some forty nodes; about half the functions in it would run. */
export const randomDocument: fc.Arbitrary<GraphDocument> = fc.tuple(fc.boolean(), fc.array(randomEdit, { maxLength: 60, size: 'max' }))
  .map(([furnished, edits]) => edits.reduce(applyRandomEdit, furnished ? furnishedDocument() : emptyDocument()))

function furnishedDocument(): GraphDocument {
  let document = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'a/b' }).document
  const [event] = Object.keys(document.nodes)
  for (const [index, slug] of ['first', 'second', 'third'].entries()) {
    const added = addFunction(document, { position: { x: 300, y: index * 200 }, slug })
    document = addStep(added.document, { parent: added.id, kind: 'transform', config: workable.transform }).document
    document = joined(document, event!, added.id)
  }
  return document
}

/** Configs that compile, for each kind. */
const workable: Record<StepKind, JsonObject> = {
  http: { method: 'GET', url: 'https://example.com/{{ event.id }}' }, mail: { to: 'a@b.c', subject: 'x' }, transform: { fields: [{ name: 'a', value: '{{ event.name }}' }] },
  code: { code: 'return 1' }, condition: { mode: 'switch', cases: [{ id: 'big', label: '', when: 'event.ts > 1' }] }, sleep: { mode: 'for', duration: '1h' },
  wait: { event: 'a/c' }, invoke: { function: 'first' }, emit: { event: 'c/d', data: '{"a": {{ event.ts }}}' }, 'emit-each': { items: '{{ event.data.list }}', event: 'e/f', data: '{{ item }}' },
  gather: { of: 'each' },
  approval: { title: 'Go ahead?', message: '', timeout: '1h' }, signal: { signal: 'go', timeout: '1h' },
}

function joined(document: GraphDocument, source: string, target: string, port?: string): GraphDocument {
  const answer = connect(document, { source, target, ...(port === undefined ? {} : { port }) })
  return 'document' in answer ? answer.document : document
}

export function applyRandomEdit(document: GraphDocument, edit: RandomEdit): GraphDocument {
  const { what, a, b, text, x, y } = edit
  const position = { x, y }
  const ids = Object.keys(document.nodes)
  const pick = (n: number) => ids[n % Math.max(1, ids.length)] ?? 'none'
  const frames = ids.filter((id) => document.nodes[id]!.type === 'function')
  const frame = frames[a % Math.max(1, frames.length)] ?? 'none'
  switch (what) {
    case 0: return addEvent(document, { position, event: text, sample: b % 2 ? { email: 'a@b.c', nested: { list: [1, { x: text }] } } : undefined }).document
    case 1: return addFunction(document, { position, slug: text, retries: (b % 24) - 2 }).document
    case 2: return addSchedule(document, { position, cron: text, timezone: b % 3 ? 'Europe/Berlin' : text }).document
    case 3: return b % 3 ? addWebhook(document, { position, name: text }).document : addNote(document, { position, text }).document
    case 4: case 5: case 6: {
      const kind = stepKinds[b % stepKinds.length]!
      return addStep(document, { parent: frame, kind, after: b % 2 ? 'last' : undefined, config: x % 5 === 0 ? undefined : workable[kind] }).document
    }
    case 7: return joined(document, pick(a), pick(b))
    case 8: case 9: {
      const steps = ids.filter((id) => (document.nodes[id] as { parent?: string }).parent === frame)
      return joined(document, steps[b % Math.max(1, steps.length)] ?? 'none', steps[(x + 400) % Math.max(1, steps.length)] ?? 'none', y % 4 === 0 ? 'else' : undefined)
    }
    case 10: return moveNodes(document, { [pick(a)]: position, [pick(b)]: { x: y, y: x } })
    case 11: return removeElements(document, [pick(a), Object.keys(document.edges)[b % 7] ?? ''])
    case 12: return setParent(document, pick(b), frame, position)
    case 13: return y % 3 === 0 ? randomField(document, pick(a), b, text) : document
    case 14: return paste(document, clip(document, [pick(a), pick(b)])).document
    default: return resizeNode(document, pick(a), { w: x, h: y })
  }
}

function randomField(document: GraphDocument, id: string, n: number, text: string): GraphDocument {
  const node = document.nodes[id]
  if (node === undefined) return document
  if (node.type === 'step') {
    const fields = ['url', 'event', 'data', 'items', 'code', 'body', 'to', 'function', 'duration', 'timeout', 'mode']
    if (n % 4 === 0) return updateNode(document, id, { key: text })
    return updateNode(document, id, { config: { [fields[n % fields.length]!]: n % 9 === 0 ? undefined : text } })
  }
  if (node.type === 'function') return updateNode(document, id, n % 5 === 0 ? { collapsed: node.collapsed ? undefined : true } : n % 2 ? { slug: text } : { concurrency: n % 4 ? { limit: n % 5, key: text } : undefined })
  if (node.type === 'event') return updateNode(document, id, { event: text, sample: n % 2 ? [text, n] : undefined })
  return updateNode(document, id, { name: text, cron: text, text, dedupePath: n % 2 ? text : undefined })
}
