/** Whatever a file holds, an import either makes a workflow that opens, or says what is wrong with it. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFanwiseError } from '#base/errors.ts'
import { examples } from '#examples/list.ts'
import { compile } from '#graph/compile/index.ts'
import { graphDocument } from '#graph/document.ts'
import { closeDb } from '#server/db.ts'
import { findWorkflow, storedDocument } from '#server/workflows/find-workflow.ts'
import { importWorkflow } from '#server/workflows/import.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { createPeople } from '#tests/support/drawing.ts'

let database: TestDatabase
let ws: string
beforeAll(async () => {
  database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
  ws = (await createPeople()).workspace
})
afterAll(async () => {
  await closeDb()
  await database.drop()
})

async function importing(graph: unknown): Promise<void> {
  try {
    const { slug } = await importWorkflow(ws, { name: 'Fuzz', graph, authorId: null })
    const document = storedDocument((await findWorkflow(ws, slug)).draft)
    expect(graphDocument.safeParse(document).success).toBe(true)
    compile(document, { functionsElsewhere: [] })
  } catch (error) {
    if (!isFanwiseError(error)) throw error
    expect(error.code).toBe('bad_request')
    expect(error.message.length).toBeGreaterThan(10)
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
}

test('any JSON at all', async () => {
  await fc.assert(fc.asyncProperty(fc.jsonValue(), importing), { numRuns: 60 })
})

test('a real drawing with something in it replaced by anything', async () => {
  const text = JSON.stringify(examples[2]!.draw())
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"|\d+/g)].map((match) => [match.index, match.index + match[0].length] as const)
  await fc.assert(fc.asyncProperty(fc.nat(places.length - 1), fc.jsonValue(), async (place, value) => {
    const [from, to] = places[place]!
    const broken = `${text.slice(0, from)}${JSON.stringify(value)}${text.slice(to)}`
    let graph: unknown
    try {
      graph = JSON.parse(broken)
    } catch {
      return
    }
    await importing(graph)
  }), { numRuns: 80 })
})

test('keys that reach for prototypes, and strings no database takes', async () => {
  for (const text of [
    '{"version":1,"nodes":{"__proto__":{"id":"__proto__","type":"event","position":{"x":0,"y":0},"event":"a/b","polluted":1}},"edges":{}}',
    '{"version":1,"nodes":{"constructor":{"id":"constructor","type":"event","position":{"x":0,"y":0},"event":"a/b","sample":{"__proto__":{"polluted":1}}}},"edges":{}}',
    '{"version":1,"nodes":{"a":{"id":"a","type":"event","position":{"x":0,"y":0},"event":"a\\u0000b"}},"edges":{}}',
    '{"version":1,"nodes":{"a":{"id":"a","type":"event","position":{"x":0,"y":0},"event":"a/b","sample":"\\ud800"}},"edges":{}}',
    '{"version":1,"nodes":{"a":{"id":"a","type":"event","position":{"x":1e308,"y":-1e308},"event":"a/b"}},"edges":{}}',
    '{"version":1,"nodes":{},"edges":{"e":{"id":"e","type":"order","source":"x","target":"x","port":"out"}}}',
    '{"version":2,"nodes":{},"edges":{}}',
    `{"version":1,"nodes":{"a":{"id":"a","type":"event","position":{"x":0,"y":0},"event":"a/b","sample":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}},"edges":{}}`,
  ]) await importing(JSON.parse(text))
})
