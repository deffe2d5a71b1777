/** Comments: threads on nodes, whose words are whose, who is told of a mention, and what strangers see of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { seedExamples } from '#examples/seed.ts'
import { setAlerts } from '#server/alerts/context.ts'
import { commentsRouter } from '#server/comments/router.ts'
import { commentsMax } from '#server/comments/store.ts'
import { tellMentions } from '#server/comments/tell-mentions.ts'
import { db } from '#server/db.ts'
import { createCaller, router } from '#server/trpc.ts'
import { exportWorkflow } from '#server/workflows/export.ts'
import { findWorkflow } from '#server/workflows/find-workflow.ts'
import type { OutgoingMail } from '#steps/kind.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'
import { until } from '#tests/support/until.ts'

const call = createCaller(router({ comments: commentsRouter }))
let t: TestEngine
let ws: string
const mails: OutgoingMail[] = []
let mailFails = false
let mailHangs: Promise<void> | null = null
const ids = { mara: newUuid(), jo: newUuid(), viewer: newUuid(), stranger: newUuid() }
type Who = keyof typeof ids
const as = (who: Who) => call({ user: async () => ({ id: ids[who], email: `${who}@north.io`, name: who }) as never }).comments
const at = { workspace: 'north', slug: 'signup-pipeline' }
const on = { ...at, node: 'f_add-to-crm', title: 'add-to-crm' }

beforeAll(async () => {
  t = await startTestServer()
  setAlerts({
    pool: t.engine.pool, publicUrl: 'https://fanwise.example',
    sendMail: async (_workspace, mail) => {
      await mailHangs
      if (mailFails) throw new Error('The mail server is away.')
      mails.push(mail)
      return { via: 'smtp' }
    },
  })
  ws = newUuid()
  await db().workspace.create({ data: { id: ws, slug: 'north', name: 'North' } })
  for (const [name, id] of Object.entries(ids)) {
    await db().user.create({ data: { id, email: `${name}@north.io`, name: name === 'jo' ? 'Jo Marsh' : name } })
    if (name !== 'stranger') await db().membership.create({ data: { workspaceId: ws, userId: id, role: name === 'viewer' ? 'viewer' : 'editor' } })
  }
  await seedExamples(ws, ids.mara)
})
afterAll(async () => {
  setAlerts(undefined)
  await t.stop()
})

test('a note whose first line is long can be commented on: the thread keeps the beginning of it', async () => {
  const { id } = await as('mara').begin({ ...at, node: 'n_note', title: 'A paragraph in one line, '.repeat(40), body: 'Still true?' })
  const [thread] = await as('mara').list(at)
  expect(thread!.title).toMatch(/^A paragraph in one line, .*…$/)
  await as('mara').remove({ ...at, comment: id })
  expect(await as('mara').list(at)).toEqual([])
})

test('a thread, its answers, settled and open again; a viewer may comment, a stranger sees nothing', async () => {
  const { id } = await as('mara').begin({ ...on, body: '  Why *three* retries?  ' })
  await as('viewer').answer({ ...at, thread: id, body: 'The CRM asks for it.' })
  await as('jo').resolve({ ...at, thread: id, resolved: true })
  let [thread] = await as('mara').list(at)
  expect(thread).toMatchObject({ id, node: 'f_add-to-crm', title: 'add-to-crm', resolved: { by: 'Jo Marsh' } })
  expect(thread!.comments.map((one) => [one.author, one.body, one.mine])).toEqual([['mara', 'Why *three* retries?', true], ['viewer', 'The CRM asks for it.', false]])
  await as('mara').answer({ ...at, thread: id, body: 'Still?' })
  ;[thread] = await as('jo').list(at)
  expect(thread!.resolved).toBeNull()
  await expect(as('stranger').list(at)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(as('stranger').begin({ ...on, body: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(as('mara').answer({ ...at, slug: 'order-cascade', thread: id, body: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('only the author changes a comment; a first comment that is taken back keeps its answers', async () => {
  const { id } = await as('mara').begin({ ...on, body: 'First' })
  const { id: second } = await as('jo').answer({ ...at, thread: id, body: 'Second' })
  await expect(as('jo').edit({ ...at, comment: id, body: 'Mine now' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(as('jo').remove({ ...at, comment: id })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await as('mara').edit({ ...at, comment: id, body: 'First, mended' })
  const find = async () => (await as('jo').list(at)).find((one) => one.id === id)
  expect((await find())!.comments[0]).toMatchObject({ body: 'First, mended', edited: true })
  await as('mara').remove({ ...at, comment: id })
  expect((await find())!.comments).toMatchObject([{ body: '', removed: true }, { body: 'Second' }])
  await as('jo').remove({ ...at, comment: second })
  expect(await find()).toBeUndefined()
})

test('who is mentioned gets one mail that leads to the comment, and a count until the thread is opened', async () => {
  const { id } = await as('mara').begin({ ...on, body: '@Jo Marsh and @viewer@north.io: <b>look</b>. Not @stranger, not @mara.' })
  await until(async () => mails.length === 2, 'two mails')
  expect(mails.map((mail) => mail.to).sort()).toEqual(['jo@north.io', 'viewer@north.io'])
  expect(mails[0]!.subject).toBe('mara mentioned you in Signup pipeline')
  expect(mails[0]!.text).toContain(`https://fanwise.example/w/north/workflows/signup-pipeline?node=f_add-to-crm&comment=${id}`)
  expect(mails[0]!.html).toContain('&lt;b&gt;look&lt;/b&gt;')
  expect(await as('jo').unseen({ workspace: 'north' })).toMatchObject([{ thread: id, author: 'mara', title: 'add-to-crm', workflow: { slug: 'signup-pipeline' } }])
  expect(await as('mara').unseen({ workspace: 'north' })).toEqual([])
  expect(await as('jo').seen({ workspace: 'north', thread: id })).toEqual({ seen: 1 })
  expect(await as('jo').unseen({ workspace: 'north' })).toEqual([])
  expect(await as('viewer').unseen({ workspace: 'north' })).toHaveLength(1)
  // An edit tells only who is new in it, and takes back who is gone.
  await as('mara').edit({ ...at, comment: id, body: '@Jo Marsh only' })
  expect(await as('viewer').unseen({ workspace: 'north' })).toEqual([])
  await tellMentions({ pool: t.engine.pool, publicUrl: '', sendMail: async (_ws, mail) => (mails.push(mail), { via: 'smtp' }) })
  expect(mails).toHaveLength(2)
})

test('a name that is taken out of a comment and put back gets no second mail, and counts as before', async () => {
  mails.length = 0
  const { id } = await as('mara').begin({ ...on, body: '@Jo Marsh, is this right?' })
  await until(async () => mails.length === 1, 'the mail')
  await as('mara').edit({ ...at, comment: id, body: 'Never mind.' })
  expect(await as('jo').unseen({ workspace: 'north' })).toEqual([])
  expect((await as('mara').list(at)).find((one) => one.id === id)!.comments[0]!.mentions).toEqual([])
  await as('mara').edit({ ...at, comment: id, body: '@Jo Marsh, is it? And @viewer@north.io?' })
  await until(async () => mails.some((mail) => mail.to === 'viewer@north.io'), 'the mail to who is new')
  await tellMentions({ pool: t.engine.pool, publicUrl: '', sendMail: async (_ws, mail) => (mails.push(mail), { via: 'smtp' }) })
  expect(mails.map((mail) => mail.to).sort()).toEqual(['jo@north.io', 'viewer@north.io'])
  expect(await as('jo').unseen({ workspace: 'north' })).toMatchObject([{ thread: id }])
  expect((await as('mara').list(at)).find((one) => one.id === id)!.comments[0]!.mentions.sort()).toEqual(['Jo Marsh', 'viewer@north.io'])
  await as('jo').seen({ workspace: 'north', thread: null })
  await as('viewer').seen({ workspace: 'north', thread: null })
})

test('a name that was out of the comment before its mail went is told once, when it is back', async () => {
  mails.length = 0
  mailFails = true
  const { id } = await as('mara').begin({ ...on, body: '@Jo Marsh?' })
  await as('mara').edit({ ...at, comment: id, body: 'Wait.' })
  mailFails = false
  const context = { pool: t.engine.pool, publicUrl: '', sendMail: async (_ws: string, mail: OutgoingMail) => (mails.push(mail), { via: 'smtp' as const }) }
  expect(await tellMentions(context)).toMatchObject({ told: 0 })
  await as('mara').edit({ ...at, comment: id, body: '@Jo Marsh after all.' })
  await until(async () => mails.length > 0, 'the mail')
  await tellMentions(context)
  expect(mails.map((mail) => mail.to)).toEqual(['jo@north.io'])
  await as('jo').seen({ workspace: 'north', thread: null })
})

test('a thread at a point of the canvas: it is answered, moved by whoever may comment, and its mail leads to it', async () => {
  mails.length = 0
  const { id } = await as('mara').begin({ ...at, at: { x: 120.5, y: -40 }, body: '@Jo Marsh: is something missing here?' })
  const find = async () => (await as('jo').list(at)).find((one) => one.id === id)!
  expect(await find()).toMatchObject({ node: null, at: { x: 120.5, y: -40 }, title: 'the canvas' })
  await until(async () => mails.length === 1, 'the mail')
  expect(mails[0]!.text).toContain('mara mentioned you on the canvas in Signup pipeline')
  expect(mails[0]!.text).toContain(`https://fanwise.example/w/north/workflows/signup-pipeline?comment=${id}`)
  expect(await as('jo').unseen({ workspace: 'north' })).toMatchObject([{ thread: id, node: null }])
  await as('jo').answer({ ...at, thread: id, body: 'A retry.' })
  await as('viewer').move({ ...at, thread: id, at: { x: 8, y: 16 } })
  expect(await find()).toMatchObject({ node: null, at: { x: 8, y: 16 }, comments: [{}, { body: 'A retry.' }] })
  await expect(as('stranger').move({ ...at, thread: id, at: { x: 0, y: 0 } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(as('mara').move({ ...at, slug: 'order-cascade', thread: id, at: { x: 0, y: 0 } })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(as('mara').move({ ...at, thread: id, at: { x: Number.NaN, y: 0 } })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  // One that is on a node goes where the node goes.
  const { id: onNode } = await as('mara').begin({ ...on, body: 'Here' })
  await expect(as('mara').move({ ...at, thread: onNode, at: { x: 0, y: 0 } })).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(as('mara').begin({ ...on, at: { x: 0, y: 0 }, body: 'Both' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(as('mara').begin({ ...at, body: 'Neither' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('a mail that could not go is sent later, once, whoever tries', async () => {
  mailFails = true
  mails.length = 0
  await as('jo').begin({ ...on, body: '@mara please' })
  expect(await tellMentions({ pool: t.engine.pool, publicUrl: '', sendMail: async () => Promise.reject(new Error('away')) })).toMatchObject({ told: 0 })
  mailFails = false
  const context = { pool: t.engine.pool, publicUrl: '', sendMail: async (_ws: string, mail: OutgoingMail) => (mails.push(mail), { via: 'smtp' as const }) }
  await until(async () => {
    await Promise.all([tellMentions(context), tellMentions(context)])
    return mails.length > 0
  }, 'the mail')
  expect(mails.map((mail) => mail.to)).toEqual(['mara@north.io'])
})

test('addresses that take no mail keep nobody else from being told, at once or later', async () => {
  mails.length = 0
  const context = (refused: boolean) => ({
    pool: t.engine.pool, publicUrl: '',
    sendMail: async (_ws: string, mail: OutgoingMail) => {
      if (refused && mail.to !== 'viewer@north.io') throw new Error('550 No such mailbox.')
      mails.push(mail)
      return { via: 'smtp' as const }
    },
  })
  mailFails = true
  for (let n = 0; n < 45; n++) await as('mara').begin({ ...on, body: `@Jo Marsh ${n}` })
  const [old] = await db().$queryRaw<{ comment_id: string }[]>`select comment_id from comment_mention where told_at is null order by at limit 1`
  await db().commentMention.create({ data: { workspaceId: ws, commentId: old!.comment_id, userId: ids.viewer, handle: 'viewer', at: new Date(Date.now() - 3_600_000) } })
  // Later: the oldest of all, behind two full turns of those that fail.
  const told = async (mail: number, batches: number) => until(async () => {
    await tellMentions(context(true), 0, batches)
    return mails.length === mail
  }, 'the mail')
  await told(1, 10)
  // At once: a new one.
  await as('mara').begin({ ...on, body: '@viewer look' })
  await told(2, 1)
  expect(mails.map((mail) => mail.to)).toEqual(['viewer@north.io', 'viewer@north.io'])
  expect(mails[1]!.text).toContain('@viewer look')
  mailFails = false
  await tellMentions(context(false), 0, 10)
  await as('jo').seen({ workspace: 'north', thread: null })
  await as('viewer').seen({ workspace: 'north', thread: null })
})

test('a mail server that hangs takes no connection but one from the engine, however much is written meanwhile', async () => {
  mails.length = 0
  let go = () => {}
  mailHangs = new Promise((resolve) => (go = resolve))
  for (let n = 0; n < 16; n++) await as('mara').begin({ ...on, body: `@Jo Marsh, ${n}` })
  const [stored] = await t.engine.ingest(ws, [{ name: 'still/stored', data: {} }], { source: 'api' })
  expect(stored).toMatchObject({ duplicate: false })
  go()
  mailHangs = null
  await until(async () => mails.length === 16, 'all mails')
  await as('jo').seen({ workspace: 'north', thread: null })
})

test('a new comment wakes open screens, and is no part of what is exported', async () => {
  const workflow = await findWorkflow(ws, 'signup-pipeline')
  const heard: string[] = []
  const off = t.engine.live.subscribe(ws, (change) => heard.push(...change.workflows))
  await as('mara').begin({ ...on, body: 'Ping' })
  await until(async () => heard.includes(workflow.id), 'the screens hear of it')
  off()
  expect(JSON.stringify(await exportWorkflow(ws, 'signup-pipeline'))).not.toContain('Ping')
  expect((await findWorkflow(ws, 'signup-pipeline')).draftRevision).toBe(workflow.draftRevision)
})

test('limits say what to do', async () => {
  await expect(as('mara').begin({ ...on, body: ' \n ' })).rejects.toMatchObject({ cause: { code: 'bad_request', fix: 'Write what you want to say.' } })
  await expect(as('mara').begin({ ...on, body: 'x'.repeat(4001) })).rejects.toThrow('4,000 characters at most; this one has 4,001')
  const odd = await as('mara').begin({ ...on, body: 'a\u0000b \ud800 c' })
  expect((await as('mara').list(at)).find((one) => one.id === odd.id)!.comments[0]!.body).toBe('ab \ufffd c')
  const workflow = await findWorkflow(ws, 'weekly-digest')
  await db().workflowComment.createMany({ data: Array.from({ length: commentsMax }, () => {
    const id = newUuid()
    return { workspaceId: ws, workflowId: workflow.id, id, threadId: id, nodeId: 'n', nodeTitle: 'n', authorId: ids.jo, body: 'x' }
  }) })
  await expect(as('mara').begin({ ...on, slug: 'weekly-digest', body: 'One more' })).rejects.toThrow('1,000 comments')
})
