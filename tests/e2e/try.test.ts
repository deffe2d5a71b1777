/** Somebody tries parts of a drawing: one step with what is known, from here on, with a pinned output, without calling outside. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { connect, dragFromPalette, keepPicture, newWorkflow, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'try')))

const node = (name: string) => page.locator('.react-flow__node-step').filter({ hasText: name }).first()
const result = () => panel(page).getByTestId('try-result')
const more = () => panel(page).getByRole('button', { name: 'More ways to run' })

test('a step that reads an output nobody knows asks for it; after a run of the function it runs alone', async () => {
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await page.goto(`${workspace}/workflows/order-cascade`)
  await node('Update record').click()
  await panel(page).getByTestId('run-part').click()
  const asked = page.getByRole('dialog')
  await asked.getByText('steps.charge').waitFor()
  await asked.getByRole('button', { name: 'Run the function' }).click()
  await page.getByText(/^process-order: done in .+ Open the run$/).waitFor()
  await panel(page).getByTestId('run-part').click()
  await result().getByText(/^Done in /).waitFor()
  expect(await result().textContent()).toContain('last output: Charge customer')
  await result().getByRole('link', { name: 'Open the run' }).click()
  await page.getByText('draft r0, only Update record').waitFor()
  expect(await page.getByText('given', { exact: true }).count()).toBe(3)
})

test('a pinned output is what later steps get: it is marked, counted before a publish, and one undo takes it back', async () => {
  await page.goto(`${workspace}/workflows/order-cascade`)
  await node('Charge customer').click()
  await page.keyboard.press('p')
  const dialog = page.getByRole('dialog')
  const output = dialog.getByLabel('Output of Charge customer')
  await output.fill('{ "body": ')
  await dialog.getByText(/This is not JSON yet/).waitFor()
  expect(await dialog.getByRole('button', { name: 'Pin it' }).isDisabled()).toBe(true)
  await output.fill('{ "status": 201, "body": { "id": "ch_pinned" } }')
  await dialog.getByRole('button', { name: 'Pin it' }).click()
  await panel(page).getByTestId('pin-note').waitFor()
  expect(await node('Charge customer').getAttribute('aria-label')).toContain('output pinned for tests')
  await node('Update record').click()
  await page.keyboard.press('Shift+r')
  await result().getByText(/^Done, from here on/).waitFor()
  expect(await result().textContent()).toContain('pinned: Charge customer')
  await page.getByTestId('publish').click()
  await page.getByTestId('pins-note').waitFor()
  await page.getByRole('button', { name: 'Close the review' }).click()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('Undone: Pin the output of Charge customer').waitFor()
  expect(await node('Charge customer').getAttribute('aria-label')).not.toContain('output pinned for tests')
})

test('a test says whom it would call, and calls nobody unless a person wants that', async () => {
  await newWorkflow(page, workspace, 'Outside')
  await dragFromPalette(page, 'event', { x: 330, y: 300 })
  await panel(page).getByLabel('Name').first().fill('thing/happened')
  await dragFromPalette(page, 'function', { x: 640, y: 300 })
  await panel(page).getByLabel('Slug').fill('tell-them')
  await panel(page).getByLabel('Retries', { exact: true }).first().fill('0')
  const frame = page.locator('.react-flow__node-function').first()
  await connect(page, page.locator('.react-flow__node-event').first(), frame)
  const box = (await frame.boundingBox())!
  await dragFromPalette(page, 'http', { x: box.x + box.width / 2, y: box.y + box.height / 2 })
  await panel(page).getByLabel('URL').fill('https://nobody.invalid/hook')
  await saved(page)
  await page.getByRole('button', { name: 'Send test event' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('One step would call outside (nobody.invalid). Instead, it answers with its last output, or with an example. Functions of other workflows do not react.').waitFor()
  await dialog.getByRole('button', { name: 'Test the drawing' }).click()
  await dialog.getByText('One step is not run: 1 stubbed.').waitFor()
  await dialog.getByRole('link', { name: 'tell-them' }).click()
  await page.getByText(/draft r\d+, outside calls stubbed/).waitFor()
  await page.getByText('stubbed', { exact: true }).waitFor()
  // A step that is asked for by itself is really called, unless the person chose otherwise.
  await page.goBack()
  await node('HTTP request').click()
  await panel(page).getByTestId('run-part').click()
  await result().getByText(/^Failed/).waitFor()
  await more().click()
  await page.getByRole('menuitemradio', { name: /^Stubbed/ }).click()
  await panel(page).getByTestId('run-part').click()
  await result().getByText('It was not called').waitFor()
})

test('what a Code step writes to its console stands under its output, in the panel and on the page of the run', async () => {
  await newWorkflow(page, workspace, 'Reckoning')
  await dragFromPalette(page, 'function', { x: 520, y: 300 })
  await panel(page).getByLabel('Slug').fill('reckon')
  const box = (await page.locator('.react-flow__node-function').first().boundingBox())!
  await dragFromPalette(page, 'code', { x: box.x + box.width / 2, y: box.y + box.height / 2 })
  const editor = panel(page).locator('.monaco-editor').first()
  await editor.locator('textarea').first().waitFor()
  await editor.click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText('console.log("it came to", 6 * 7)\nreturn 42')
  await saved(page)
  await panel(page).getByTestId('run-part').click()
  await result().getByText(/^Done in /).waitFor()
  await panel(page).getByTestId('step-console').getByText('it came to 42').waitFor()
  expect(await page.locator('.squiggly-error').count()).toBe(0)
  await result().getByRole('link', { name: 'Open the run' }).click()
  await page.getByRole('tab', { name: 'Output' }).click()
  await page.getByTestId('step-console').getByText('it came to 42').waitFor()
})
