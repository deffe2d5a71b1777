/**
 * With the mouse alone: a function gets a throttle, its step a branch for failures, and both are in
 * what is published. A cURL command fills the step; undo takes the branch and its line back together.
 */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FunctionDefinition } from '#graph/definition.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { connect, drag, dragFromPalette, keepPicture, middle, newWorkflow, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'flow-forms')))

const frame = () => page.locator('.react-flow__node-function').first()
const step = (name: string) => page.locator('.react-flow__node-step').filter({ hasText: name })
const errorLine = () => page.locator('.react-flow__edge-order').filter({ hasText: 'error' })

test('an event, a function, and a step filled from a cURL command', async () => {
  const workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await newWorkflow(page, workspace, 'Orders')
  await dragFromPalette(page, 'event', { x: 330, y: 300 })
  await panel(page).getByLabel('Name').first().fill('order/placed')
  await dragFromPalette(page, 'function', { x: 640, y: 300 })
  await panel(page).getByLabel('Slug').fill('book-order')
  const box = (await frame().boundingBox())!
  await dragFromPalette(page, 'http', { x: box.x + 70, y: box.y + box.height / 2 })
  await panel(page).getByRole('button', { name: 'Paste a cURL command' }).click()
  await panel(page).getByLabel('cURL command').fill(`curl playground://billing/invoices -H 'Authorization: Bearer k1' --json '{"n": 1}'`)
  await page.keyboard.press('Enter')
  await expect.poll(() => panel(page).getByLabel('URL').inputValue()).toBe('playground://billing/invoices')
  expect(await panel(page).getByLabel('Method').inputValue()).toBe('POST')
  expect(await panel(page).getByLabel('Token').inputValue()).toBe('k1')
  await connect(page, page.locator('.react-flow__node-event').first(), frame())
})

test('a throttle: a mistake is named at its field, the frame and the sentence show what holds', async () => {
  await frame().click({ position: { x: 60, y: 12 } })
  await panel(page).getByRole('button', { name: 'Limits' }).click()
  await panel(page).getByRole('switch', { name: /^Throttle/ }).check()
  await panel(page).getByLabel('Starts', { exact: true }).fill('5')
  await panel(page).getByLabel('In', { exact: true }).fill('8d')
  await panel(page).getByText('8 d is too long.').waitFor()
  await panel(page).getByLabel('In', { exact: true }).fill('10s')
  await panel(page).getByText('8 d is too long.').waitFor({ state: 'detached' })
  expect(await panel(page).getByTestId('function-sentence').textContent()).toContain('At most 5 starts in 10 s; later ones wait.')
  await page.getByTestId('flow-badges').getByText('5/10 s').waitFor()
})

test('a branch for failures is drawn, goes with its line, and comes back with it', async () => {
  await step('HTTP request').click()
  await panel(page).getByLabel('Own branch').check()
  const box = (await frame().boundingBox())!
  await dragFromPalette(page, 'transform', { x: box.x + box.width - 20, y: box.y + box.height - 50 })
  await panel(page).getByLabel('Step name').fill('Say sorry')
  await drag(page, await middle(step('HTTP request').locator('[data-handleid=error]')), await middle(step('Say sorry')))
  await errorLine().waitFor()
  await step('HTTP request').click()
  await panel(page).getByLabel('The run fails').check()
  await errorLine().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /^Undo/ }).click()
  await errorLine().waitFor()
  expect(await panel(page).getByLabel('Own branch').isChecked()).toBe(true)
})

test('both are in the published definition', async () => {
  await step('Say sorry').click()
  await panel(page).getByRole('button', { name: 'Add to Fields' }).click()
  await panel(page).getByLabel(/1$/).first().fill('why')
  await panel(page).getByLabel(/1$/).nth(1).fill('{{ steps.http?.error?.message }}')
  await saved(page)
  await page.getByTestId('publish').click()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  const { rows } = await client.query<{ definition: FunctionDefinition }>(`select definition from function_version where definition->>'slug' = 'book-order'`)
  await client.end()
  expect(rows).toHaveLength(1)
  const { flow, steps } = rows[0]!.definition
  expect(flow).toEqual({ throttle: { limit: 5, periodMs: 10_000, burst: 0 } })
  expect(steps.map(({ id, onError, after }) => ({ id, onError, after }))).toEqual([
    { id: 'http', onError: 'branch', after: [] }, { id: 'say_sorry', onError: undefined, after: [{ step: 'http', port: 'error' }] },
  ])
})
