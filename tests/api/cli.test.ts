/** `npx fanwise` from bootstrap to runs, as a person or a hosting script would use it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { run } from '#cli/fanwise/main.ts'
import { handleApi } from '#server/api/handle-api.ts'
import { closeDb, db } from '#server/db.ts'
import { startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import { setEngine } from '#server/engine.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'

let database: TestDatabase
let t: TestEngine
let server: Server
let folder: string
/** Answers instead of the API, while there is one. */
let instead: RequestListener | null = null

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'fanwise-cli-'))
  database = await createTestDatabase()
  t = await startTestEngine({ database })
  server = createServer((request, response) => void (instead ?? handleApi)(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  Object.assign(process.env, {
    DATABASE_URL: database.url, FANWISE_DATA_DIR: folder, FANWISE_STARTED_IN: folder,
    FANWISE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  })
  delete process.env.FANWISE_API_KEY
  setEngine(t.engine)
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  setEngine(undefined)
  await t.stop()
  await closeDb()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a command; what it wrote and its exit code. */
async function fanwise(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => void out.push(String(line))),
    vi.spyOn(console, 'error').mockImplementation((line: unknown) => void err.push(String(line))),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
  ]
  try {
    return { code: await run(args), out: out.join('\n'), err: err.join('\n') }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const account = ['bootstrap', '--email', 'Mara@North.io', '--password', 'correct horse 9', '--workspace', 'North Ops']

test('bootstrap creates once, finds it again with the same keys, and replaces a key that is gone', async () => {
  const first = await fanwise(...account, '--json')
  expect([first.code, first.err]).toEqual([0, ''])
  const made = JSON.parse(first.out) as Record<string, unknown>
  expect(made).toMatchObject({ workspace: 'north-ops', workspaceName: 'North Ops', created: true, apiKey: expect.stringMatching(/^fw_api_live_/) as string, eventKey: expect.stringMatching(/^fw_event_live_/) as string })
  expect(JSON.parse((await fanwise(...account, '--json')).out)).toEqual({ ...made, created: false })
  expect(await db().workflow.count()).toBe(4)
  expect(statSync(path.join(folder, 'bootstrap.json')).mode & 0o077).toBe(0)
  rmSync(path.join(folder, 'bootstrap.json'))
  const replaced = JSON.parse((await fanwise(...account, '--json')).out) as { apiKey: string; eventKey: string }
  expect(replaced.apiKey).not.toBe(made.apiKey)
  expect(replaced.eventKey).toBe(made.eventKey)
  expect((await fanwise('export', 'signup-pipeline')).code).toBe(0)
})

test('export, change, import with publish: the file is a round trip, and a mistake changes nothing', async () => {
  const file = path.join(folder, 'signup.json')
  expect((await fanwise('export', 'signup-pipeline', '--out', 'signup.json')).code).toBe(0)
  const unchanged = await fanwise('import', 'signup.json', '--publish')
  expect(unchanged).toMatchObject({ code: 0, out: expect.stringMatching(/add-to-crm +v1 +unchanged/) as string })
  const content = JSON.parse(readFileSync(file, 'utf8')) as { graph: { nodes: Record<string, { retries?: number; slug?: string }> } }
  content.graph.nodes['f_notify-slack']!.retries = 2
  writeFileSync(file, JSON.stringify(content))
  expect((await fanwise('import', 'signup.json', '--publish')).out).toMatch(/notify-slack +v2\n/)
  content.graph.nodes['f_notify-slack']!.retries = 99
  writeFileSync(file, JSON.stringify(content))
  const refused = await fanwise('import', 'signup.json', '--publish')
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('error   notify-slack retries: 99 retries are not possible.') as string })
})

test('send prints the id, runs lists what it started', async () => {
  const ended = new Promise<void>((resolve) => {
    let left = 5
    t.engine.signals.on('run.ended', () => (--left === 0 ? resolve() : undefined))
  })
  const sent = await fanwise('send', 'user/account.created', '--data', '{"userId":"u","email":"a@b.c","name":"Ada","plan":"free","signedUpAt":"2026-11-25T09:00:00Z"}')
  expect(sent.out).toMatch(/^evt_[0-9A-Z]{26}$/)
  await ended
  const { out } = await fanwise('runs', '--event', sent.out, '--json')
  expect(out.split('\n').map((line) => (JSON.parse(line) as { function: string }).function).sort()).toEqual(['add-to-crm', 'audit-log', 'create-billing-trial', 'notify-slack', 'send-welcome-email'])
  expect((await fanwise('runs', '--limit', '2')).out.split('\n')).toHaveLength(2)
})

test('cancel and retry take ids of runs, and say what became of them', async () => {
  const { out } = await fanwise('runs', '--function', 'audit-log', '--limit', '1', '--json')
  const { id } = JSON.parse(out) as { id: string }
  expect(await fanwise('cancel', id)).toEqual({ code: 0, out: `  ${id}  had ended already`, err: '' })
  expect(await fanwise('retry', id)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Only a failed run can go on') as string })
  const again = await fanwise('retry', id, '--from', 'start')
  expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^run_[0-9A-Z]{26}$/) as string })
  expect(again.out).not.toBe(id)
  expect(await fanwise('cancel', 'run_nope')).toMatchObject({ code: 1, err: expect.stringContaining('There is no run run_nope') as string })
  expect(await fanwise('cancel')).toMatchObject({ code: 2, err: expect.stringContaining('Say which run') as string })
  expect(await fanwise('retry', id, '--from', 'middle')).toMatchObject({ code: 2, err: expect.stringContaining('--from is failed or start.') as string })
})

test('runs --follow tells of older runs once they change, and goes on over a restart of the server', async () => {
  const run = (n: number, status: string) => ({ id: `run_${n}`, status, function: `f${n}`, version: 1, event: { id: 'evt_1', name: 'a/b' }, createdAt: '2026-11-25T09:00:00Z', startedAt: null, endedAt: null, error: null })
  const answers: ([number, unknown] | 'cut')[] = [
    [200, { data: [run(2, 'queued')], nextCursor: null }],
    [200, { data: [run(2, 'queued'), run(1, 'waiting')], nextCursor: null }],
    'cut',
    [503, { error: { code: 'unavailable', message: 'Fanwise is starting.' } }],
    [200, { data: [run(3, 'queued'), run(2, 'running'), run(1, 'failed')], nextCursor: null }],
    [401, { error: { code: 'unauthorized', message: 'This API key is not known.' } }],
  ]
  instead = (_request, response) => {
    const answer = answers.shift()!
    if (answer !== 'cut') return void response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{', () => response.destroy())
  }
  try {
    const { code, out, err } = await fanwise('runs', '--follow')
    expect(out.split('\n').map((line) => line.split(/\s+/).slice(2, 4).join(' '))).toEqual(['queued f2', 'failed f1', 'running f2', 'queued f3'])
    expect(err).toContain('Waiting for it.')
    expect(code).toBe(1)
  } finally {
    instead = null
  }
})

test('openapi prints the description', async () => {
  expect(JSON.parse((await fanwise('openapi')).out)).toMatchObject({ openapi: '3.1.0' })
})

test('help, and every way to get it wrong, with exit codes', async () => {
  expect((await fanwise()).out).toContain('bootstrap --email')
  expect((await fanwise('help', 'import')).out).toContain('--publish')
  expect((await fanwise('send', '--help')).out).toContain('fanwise send')
  for (const [args, words] of [
    [['nonsense'], /no command "nonsense"/], [['bootstrap', '--email', 'a@b.c'], /--password is missing/], [['import'], /which file/], [['runs', '--limit', 'x'], /--limit/], [['runs', '--colour'], /--colour/], [['send', 'a/b', '--data', '{'], /not JSON/],
  ] as [string[], RegExp][]) {
    const { code, err } = await fanwise(...args)
    expect([args, code]).toEqual([args, 2])
    expect(err).toMatch(words)
  }
  expect(await fanwise('import', 'nothere.json')).toMatchObject({ code: 1, err: expect.stringContaining('cannot be read') as string })
  expect(await fanwise('export', 'nobody')).toMatchObject({ code: 1, err: expect.stringContaining('There is no workflow "nobody"') as string })
})

test.skipIf(process.platform !== 'linux')('a data folder whose owner died is free, also when its number is by now that of a thread', async () => {
  const own = mkdtempSync(path.join(tmpdir(), 'fanwise-data-'))
  const thread = readdirSync('/proc/self/task').find((id) => Number(id) !== process.pid)!
  try {
    writeFileSync(path.join(own, 'instance.json'), JSON.stringify({ pid: Number(thread) }))
    const first = await startEmbeddedPostgres(own)
    const lock = readFileSync(path.join(own, 'postgres/postmaster.pid'), 'utf8')
    await first.stop()
    writeFileSync(path.join(own, 'postgres/postmaster.pid'), lock.replace(/^\d+/, thread))
    const second = await startEmbeddedPostgres(own)
    await second.stop()
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
})
