/** axe on every page and in every dialog, in both themes; pages also at the width of a phone, in one. */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { axeFindings } from './axe.ts'
import { keepPicture, newWorkflow, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
/** Paths of an event, a run and a fan-out. */
let event: string
let run: string
let fanOut: string

beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  page.setDefaultTimeout(60_000)
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await page.getByRole('button', { name: /^Send user\/account.created/ }).click()
  run = await pathOf('[href*="/runs/run_"]:has-text("audit-log")')
  await page.goto(`${workspace}/events`)
  event = await pathOf('a[href*="/events/evt_"]')
  await page.goto(`${workspace}/functions`)
  await page.getByRole('button', { name: 'Run weekly-digest-orchestrator alone' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run it' }).click()
  await page.waitForURL(/\/runs\/run_/)
  await page.goto(`${workspace}/fan-outs`)
  fanOut = await pathOf('a[href*="/fan-outs/fan_"]')
})
afterAll(() => app.stop())
beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => keepPicture(page, 'pages'))
  await page.setViewportSize({ width: 1440, height: 900 })
})

async function pathOf(link: string): Promise<string> {
  const first = page.locator(link).first()
  await first.waitFor()
  return new URL((await first.getAttribute('href'))!, app.url).pathname
}

/** What axe says in both themes of the page, or of a part of it. */
async function inBothThemes(part?: string, tab = page, themes: readonly ('light' | 'dark')[] = ['light', 'dark']): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of themes) {
    await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await tab.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
    found.push(...(await axeFindings(tab, part, colorScheme === themes[0] ? 'everything' : 'colours')).map((finding) => `${colorScheme}: ${finding}`))
  }
  return found
}

const shows = (sign: string) => page.locator(sign).filter({ visible: true }).first().waitFor()

/** Its data is there. A page that is open stays unless it is asked for anew; what lay over it is closed. */
async function opened(path: string, sign: string, anew = false): Promise<void> {
  const over = page.locator('[role="dialog"], [role="menu"]').filter({ visible: true })
  if (anew || new URL(page.url()).pathname !== path) await page.goto(path)
  else for (let left = await over.count(); left > 0; left--) {
    await page.keyboard.press('Escape')
    await expect.poll(() => over.count()).toBeLessThan(left)
  }
  await shows(sign)
  await page.waitForLoadState('networkidle')
}

test.each([['/signin', 'Sign in'], ['/signup', 'Create workspace']])('%s', async (path, button) => {
  const stranger = await app.newPage()
  await stranger.goto(path)
  await stranger.getByRole('button', { name: button, exact: true }).waitFor()
  expect(await inBothThemes(undefined, stranger)).toEqual([])
  await stranger.context().close()
})

/** Each page of a workspace, with what is there once it has its data. */
const pages: [name: string, path: () => string, sign: string][] = [
  ['home', () => workspace, '.react-flow__node-function'],
  ['workflows', () => `${workspace}/workflows`, 'text=Signup pipeline'],
  ['templates', () => `${workspace}/templates`, '[data-testid=template-lead-routing]'],
  ['a workflow', () => `${workspace}/workflows/signup-pipeline`, '[data-testid=canvas]'],
  ['events', () => `${workspace}/events`, 'a[href*="/events/evt_"]'],
  ['an event', () => event, 'text=audit-log'],
  ['runs', () => `${workspace}/runs?view=everything`, 'a[href*="/runs/run_"]'],
  ['a run', () => run, 'h1'],
  ['functions', () => `${workspace}/functions`, 'text=audit-log'],
  ['schedules', () => `${workspace}/schedules`, 'h1'],
  ['fan-outs', () => `${workspace}/fan-outs`, 'a[href*="/fan-outs/fan_"]'],
  ['a fan-out', () => fanOut, '[data-testid=fan-out-sentence]'],
  ['the playground', () => `${workspace}/playground`, 'text=CRM'],
  ['the outbox', () => `${workspace}/outbox`, 'h1'],
  ['settings', () => `${workspace}/settings`, 'h1'],
  ['who did what', () => `${workspace}/settings/audit`, 'h1'],
]

test.each(pages)('%s, wide and on a phone', async (_name, path, sign) => {
  const found: string[] = []
  await opened(path(), sign)
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
    await shows(sign)
    // The colours are those of the wide page; on a phone it is about what stands where.
    found.push(...(await inBothThemes(undefined, page, width === 390 ? ['dark'] : undefined)).map((finding) => `at ${width}, ${finding}`))
    if ((await page.evaluate(() => document.documentElement.scrollWidth)) > width) found.push(`wider than ${width}`)
  }
  expect(found).toEqual([])
})

const file = (text: string) => page.locator('input[type=file]').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(text) })
const half = '{"version":1,"edges":{},"nodes":{"a":{"id":"a","type":"event","event":"a/b","position":{"x":0,"y":0}},"b":{"id":"b","type":"ghost"}}}'

/** A dialog of a page outside the editor: where it is, what shows that the page is ready, and what opens it. */
const dialogs: [name: string, path: string, sign: string, open: () => Promise<void>][] = [
  ['go to anything', '', 'h1', () => page.getByRole('button', { name: 'Go to anything' }).click()],
  ['a workflow to delete', '/workflows', 'text=Signup pipeline', () => page.getByRole('button', { name: 'Delete Signup pipeline' }).click()],
  ['a new workflow', '/workflows', 'text=Signup pipeline', () => page.getByRole('button', { name: 'New workflow' }).first().click()],
  ['an import that is refused', '/workflows', 'text=Signup pipeline', () => file('[]')],
  ['an import that fits in part', '/workflows', 'text=Signup pipeline', () => file(half)],
  ['an event to send', '/events', 'a[href*="/events/evt_"]', () => page.getByRole('button', { name: /test event/i }).first().click()],
  ['a function run alone', '/functions', 'text=audit-log', () => page.getByRole('button', { name: 'Run audit-log alone' }).click()],
  ['a function paused', '/functions', 'text=audit-log', () => page.getByRole('button', { name: /^Pause/ }).first().click()],
  ['a new schedule', '/schedules', 'h1', () => page.getByRole('button', { name: 'Add schedule' }).first().click()],
]

test.each(dialogs)('the dialog of %s', async (_name, path, sign, open) => {
  await opened(`${workspace}${path}`, sign)
  await open()
  await page.getByRole('dialog').waitFor()
  await page.waitForLoadState('networkidle')
  expect(await inBothThemes('[role="dialog"]')).toEqual([])
})

const signup = (anew = false): Promise<void> => opened(`${workspace}/workflows/signup-pipeline`, '.react-flow__node-function', anew)
const frame = (slug: string) => page.locator('.react-flow__node-function').filter({ hasText: slug }).click({ position: { x: 60, y: 12 } })

/** What opens over a drawing, with its selector where it is no dialog. */
const overTheDrawing: [name: string, open: () => Promise<unknown>, part: string][] = [
  ['what can be added', () => page.keyboard.press('n'), '[role="dialog"]'],
  ['the shortcuts', () => page.keyboard.press('?'), '[role="dialog"]'],
  ['the comments', () => page.keyboard.press('Shift+C'), '[data-testid="comments"]'],
  ['a test event', () => page.getByRole('button', { name: 'Send test event' }).first().click(), '[role="dialog"]'],
  ['the history', () => page.getByTestId('history').click(), '[role="dialog"]'],
  ['the samples', () => page.getByRole('button', { name: /^Sample/ }).first().click(), '[data-testid="sample-choices"]'],
  ['the downloads', () => page.getByRole('button', { name: 'Download' }).click(), '[role="menu"]'],
  ['the help', () => page.getByRole('button', { name: 'Help' }).click(), '[role="menu"]'],
  ['the account', () => page.getByRole('button', { name: /^Account of/ }).click(), '[role="menu"]'],
]

test.each(overTheDrawing)('over a drawing: %s', async (_name, open, part) => {
  await signup()
  await open()
  await page.locator(part).filter({ visible: true }).first().waitFor()
  expect(await inBothThemes(part)).toEqual([])
})

test('over a drawing: what comes next, the ways to run, a pause, and an output pinned', async () => {
  await signup(true)
  await frame('audit-log')
  await page.keyboard.press('a')
  await page.getByLabel('Find what to add').waitFor()
  expect(await inBothThemes('[data-tour="add-menu"]')).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByLabel('Find what to add').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'More ways to run' }).click()
  await page.getByRole('menu').waitFor()
  expect(await inBothThemes('[role="menu"]')).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await page.locator('.react-flow__node-step').first().click()
  await page.keyboard.press('p')
  await page.getByRole('dialog').waitFor()
  expect(await inBothThemes('[role="dialog"]')).toEqual([])
})

test('the review of a publish, and a comparison', async () => {
  await signup(true)
  await frame('notify-slack')
  await page.getByTestId('panel').getByLabel('Retries', { exact: true }).first().fill('2')
  await page.getByTestId('publish').and(page.locator(':enabled')).click()
  await page.getByTestId('in-flight').waitFor()
  expect(await inBothThemes('[role="dialog"]')).toEqual([])
  await page.getByTestId('publish-confirm').click()
  await page.getByTestId('review').waitFor({ state: 'detached' })
  await page.getByTestId('history').click()
  await page.getByRole('dialog').getByText(/^Published/).first().click()
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByTestId('compare').waitFor()
  expect(await inBothThemes('[role="dialog"]')).toEqual([])
})

test.each([['signup-pipeline'], ['weekly-digest']])('the panel of every kind of thing in %s', async (drawing) => {
  await opened(`${workspace}/workflows/${drawing}`, '.react-flow__node-function', true)
  const found: string[] = []
  for (const kind of ['event', 'schedule', 'function', 'step', 'note']) {
    const node = page.locator(`.react-flow__node-${kind}`).last()
    if ((await node.count()) === 0) continue
    await node.focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('panel').waitFor()
    await page.waitForLoadState('networkidle')
    found.push(...(await inBothThemes('[data-testid="panel"]')).map((finding) => `${kind}, ${finding}`))
  }
  expect(found).toEqual([])
})

test('an empty drawing, and the tour', async () => {
  await newWorkflow(page, workspace, 'Empty')
  await page.getByTestId('doors').waitFor()
  expect(await inBothThemes('[data-testid="doors"]')).toEqual([])
  await page.goto(workspace)
  await page.getByRole('button', { name: /Take the tour/ }).click()
  await page.getByTestId('tour').waitFor()
  expect(await inBothThemes('[data-testid="tour"]')).toEqual([])
})

test('a viewer is offered nothing a viewer may not do', async () => {
  const viewer = await app.newPage()
  await signUp(viewer, { workspace: 'Elsewhere', email: 'jo@north.example', password: 'a long enough password' })
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  await client.query(`insert into membership (workspace_id, user_id, role) select w.id, u.id, 'viewer' from workspace w, user_account u where w.name = 'North Ops' and u.email = 'jo@north.example'`)
  await client.end()
  const shown = async (path: string, sign: string): Promise<string[]> => {
    await viewer.goto(path)
    await viewer.locator(sign).filter({ visible: true }).first().waitFor()
    await viewer.waitForLoadState('networkidle')
    return viewer.locator('button:enabled, input[type=checkbox]:enabled, input[type=radio]:enabled').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? (one.textContent || one.getAttribute('value') || one.tagName)))
  }
  const changes = /^(New workflow|Delete|Send|Edit|Use |Run |Pause|Resume|Select |Make |Clear|Import|Add |fail|slow|limit)/
  for (const [name, path, sign] of pages) {
    if (!['home', 'workflows', 'templates', 'events', 'an event', 'runs', 'functions', 'schedules', 'the playground'].includes(name)) continue
    expect([name, (await shown(path(), sign)).filter((label) => changes.test(label))]).toEqual([name, []])
  }
  await viewer.context().close()
})
