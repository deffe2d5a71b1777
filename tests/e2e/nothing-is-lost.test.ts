/**
 * Edits survive what happens to browsers, networks, sessions and servers, and the indicator is true
 * all the while. (What users of other builders lose most often: hours of drawing.)
 */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { GraphDocument } from '#graph/document.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { until } from '#tests/support/until.ts'
import { dragFromPalette, keepPicture, newWorkflow, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let pool: pg.Pool
let editorUrl: string
const account = { workspace: 'Keep', email: 'keep@north.example', password: 'a long enough password' }

beforeAll(async () => {
  app = await startTestApp()
  pool = new pg.Pool({ connectionString: app.database.url, max: 2 })
  pool.on('error', () => {})
  page = await app.newPage()
  const workspace = await signUp(page, account)
  await newWorkflow(page, workspace, 'Kept')
  editorUrl = page.url()
})
afterAll(async () => {
  await pool.end()
  await app.stop()
})
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'nothing-is-lost')))

const indicator = (kind: string) => page.locator(`[data-testid=save-state][data-kind=${kind}]`)

async function addEvent(name: string, y: number): Promise<void> {
  await dragFromPalette(page, 'event', { x: 420, y })
  await panel(page).getByLabel('Name').first().fill(name)
}

/** Event names in the draft on the server. */
async function onServer(): Promise<string[]> {
  const { rows } = await pool.query<{ draft: GraphDocument }>(`select draft from workflow where name = 'Kept'`)
  return Object.values(rows[0]!.draft.nodes).flatMap((node) => (node.type === 'event' ? [node.event] : []))
}

test('Saved means that the server has it', async () => {
  await addEvent('kept/first', 160)
  await saved(page)
  expect(await onServer()).toEqual(['kept/first'])
})

test('without a network edits are counted and kept, and go out when it is back', async () => {
  await page.context().setOffline(true)
  await addEvent('kept/offline', 260)
  await indicator('offline').waitFor()
  expect(await page.getByTestId('save-state').textContent()).toMatch(/Offline, \d+ edits? kept in this browser/)
  expect(await onServer()).not.toContain('kept/offline')
  await page.context().setOffline(false)
  await saved(page)
  expect(await onServer()).toContain('kept/offline')
})

test('a tab that is closed before its edits went out gives them back when the workflow is opened again', async () => {
  await page.context().setOffline(true)
  await addEvent('kept/closed-tab', 360)
  await indicator('offline').waitFor()
  await page.close()
  await page.context().setOffline(false)
  page = await page.context().newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(editorUrl)
  await page.getByText('closed-tab').first().waitFor()
  await saved(page)
  expect(await onServer()).toContain('kept/closed-tab')
})

test('a server that is killed while somebody draws loses nothing', async () => {
  const restarted = app.restart()
  await addEvent('kept/killed', 460)
  await restarted
  await saved(page)
  await until(async () => (await onServer()).includes('kept/killed'), 'the edit is on the server')
})

test('an ended session is told, and signing in again in another tab sends what was kept', async () => {
  const cookies = await page.context().cookies()
  await page.context().clearCookies()
  await addEvent('kept/signed-out', 560)
  await indicator('signed-out').waitFor()
  expect(await page.getByTestId('save-state').textContent()).toMatch(/Signed out, \d+ edits? kept here/)
  expect(cookies.length).toBeGreaterThan(0)
  const other = await page.context().newPage()
  await other.goto('/signin')
  await other.getByLabel('Work e-mail').fill(account.email)
  await other.getByLabel('Password', { exact: true }).fill(account.password)
  await other.getByRole('button', { name: /sign in/i }).last().click()
  await other.waitForURL(/\/w\//)
  await other.close()
  await page.bringToFront()
  await saved(page)
  expect(await onServer()).toContain('kept/signed-out')
})

test('what was kept waits for whoever made it, also where somebody else signs in first', async () => {
  await page.context().clearCookies()
  await addEvent('kept/of-mine', 610)
  await indicator('signed-out').waitFor()
  await page.close()
  page = await page.context().newPage()
  page.setDefaultTimeout(20_000)
  await signUp(page, { workspace: 'Other', email: 'other@north.example', password: account.password })
  await pool.query(`insert into membership (workspace_id, user_id, role) select w.id, u.id, 'editor' from workspace w, user_account u where w.name = 'Keep' and u.email = 'other@north.example'`)
  await page.goto(editorUrl)
  await page.getByText('signed-out').first().waitFor()
  await addEvent('kept/of-other', 660)
  await saved(page)
  expect(await onServer()).toContain('kept/of-other')
  expect(await onServer()).not.toContain('kept/of-mine')
  await page.context().clearCookies()
  await page.goto('/signin')
  await page.getByLabel('Work e-mail').fill(account.email)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: /sign in/i }).last().click()
  await page.waitForURL(/\/w\//)
  await page.goto(editorUrl)
  await page.getByText('of-mine').first().waitFor()
  await saved(page)
  expect(await onServer()).toContain('kept/of-mine')
})

test('a second tab shows the edits of the first, says so, and undo in one does not take back the other’s', async () => {
  const second = await page.context().newPage()
  await second.goto(editorUrl)
  await second.getByTestId('canvas').waitFor()
  await page.getByText('Also open in another tab').waitFor()
  await addEvent('kept/both', 640)
  await second.getByText('both', { exact: true }).first().waitFor()
  await second.getByTestId('canvas').click({ position: { x: 20, y: 20 } })
  await second.keyboard.press('Control+z')
  await saved(page)
  expect(await onServer()).toContain('kept/both')
  await second.close()
})

test('undo takes gestures back one by one, redo brings them again', async () => {
  const before = (await onServer()).length
  await page.getByTestId('canvas').click({ position: { x: 20, y: 20 } })
  await addEvent('kept/undone', 700)
  await saved(page)
  expect(await onServer()).toHaveLength(before + 1)
  await page.getByTestId('canvas').click({ position: { x: 20, y: 20 } })
  for (let i = 0; i < 6 && (await page.getByText('undone', { exact: true }).count()) > 0; i++) await page.keyboard.press('Control+z')
  await until(async () => !(await onServer()).includes('kept/undone'), 'the undo is on the server')
  for (let i = 0; i < 6 && (await page.getByText('undone', { exact: true }).count()) === 0; i++) await page.keyboard.press('Control+Shift+z')
  await until(async () => (await onServer()).includes('kept/undone'), 'the redo is on the server')
})
