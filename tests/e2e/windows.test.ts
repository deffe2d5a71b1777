/** Several windows of one browser: they share its few connections, and each of them goes on answering. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let first: Page
let workspace: string
const windows: Page[] = []
/** Kinds of answers with how they came. */
const answers = new Set<string>()

/** Lets a page say how many streams it holds open. */
function countStreams(): void {
  const open = new Set<EventSource>()
  const Native = window.EventSource
  window.EventSource = class extends Native {
    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init)
      open.add(this)
    }
  }
  Object.assign(window, { openStreams: () => [...open].filter((one) => one.readyState !== Native.CLOSED).length })
}

beforeAll(async () => {
  app = await startTestApp()
  first = await app.newPage()
  first.on('response', (answer) => {
    const { 'content-type': type = '', 'content-encoding': encoding = 'as it is' } = answer.headers()
    answers.add(`${type.split(';')[0]} ${encoding}`)
  })
  await first.context().addInitScript(countStreams)
  workspace = await signUp(first, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  windows.push(first)
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(async () => {
  for (const [i, page] of windows.entries()) await keepPicture(page, `windows-${i}`)
}))

const streamsOf = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as { openStreams(): number }).openStreams())

/** The window that holds the only stream. */
async function holder(): Promise<Page> {
  const counts = (): Promise<number[]> => Promise.all(windows.map(streamsOf))
  await expect.poll(async () => (await counts()).sort(), { message: 'streams of each window' }).toEqual([...Array<number>(windows.length - 1).fill(0), 1])
  return windows[(await counts()).indexOf(1)]!
}

/** As if another tab lay over it; without `hidden` it is seen again. */
async function lookAway(page: Page, hidden = true): Promise<void> {
  await page.evaluate((away) => {
    if (away) Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    else Reflect.deleteProperty(document, 'visibilityState')
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}

const frame = (page: Page, slug: string) => page.locator('.react-flow__node-function').filter({ hasText: slug })
/** Each sees all the others. */
async function allPresent(): Promise<void> {
  const others = new RegExp(`^Also here: (mara@north.example(, )?){${windows.length - 1}}$`)
  for (const page of windows) await expect.poll(() => page.getByTestId('present').getAttribute('aria-label'), { timeout: 60_000 }).toMatch(others)
}

test('pages and their scripts come compressed, and news does not wait to be', async () => {
  await expect.poll(() => [...answers]).toEqual(expect.arrayContaining(['text/html gzip', 'application/javascript gzip', 'application/json gzip', 'text/event-stream as it is']))
  expect([...answers].filter((one) => one.startsWith('text/event-stream'))).toEqual(['text/event-stream as it is'])
})

test('six windows of the editor load, hold one stream together, and each answers a click', async () => {
  while (windows.length < 6) windows.push(await first.context().newPage())
  for (const page of windows) {
    page.setDefaultTimeout(30_000)
    await page.goto(`${workspace}/workflows/signup-pipeline`)
    await frame(page, 'audit-log').waitFor()
  }
  await holder()
  expect(await Promise.all(windows.map((page) => page.evaluate(() => document.visibilityState)))).toEqual(Array(6).fill('visible'))
  for (const page of windows) {
    await page.getByRole('button', { name: 'Send test event' }).click()
    await page.getByRole('button', { name: 'Test the drawing' }).click()
    await page.getByTestId('test-started').waitFor()
    await page.keyboard.press('Escape')
  }
  await allPresent()
  await holder()
})

test('what one window does is seen in the others, also once the window with the stream is hidden or closed', async () => {
  const change = async (by: Page, retries: string): Promise<void> => {
    await frame(by, 'audit-log').click({ position: { x: 60, y: 12 } })
    await panel(by).getByLabel('Retries', { exact: true }).first().fill(retries)
    await saved(by)
    for (const page of windows) await expect.poll(() => frame(page, 'audit-log').getAttribute('aria-label')).toContain(`${retries} retries`)
  }
  await change(windows[5]!, '7')
  const hidden = await holder()
  await lookAway(hidden)
  await expect.poll(() => streamsOf(hidden)).toBe(0)
  const next = await holder()
  expect(next).not.toBe(hidden)
  await lookAway(hidden, false)
  const closed = await holder()
  expect(closed).toBe(next)
  windows.splice(windows.indexOf(closed), 1)
  await closed.close()
  expect(await holder()).not.toBe(closed)
  await allPresent()
  await change(windows[0]!, '8')
})
