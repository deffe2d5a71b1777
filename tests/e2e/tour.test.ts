/** A new person takes the tour: it points, waits for what they do, and ends with a run they caused. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, panel, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'tour')))

const card = () => page.getByTestId('tour')
const at = (step: string) => page.locator(`[data-testid="tour"][data-step="${step}"]`).waitFor()

/** Sends the event the way the bar offers it. */
async function sendEvent(): Promise<void> {
  await page.getByRole('button', { name: 'Send test event' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: /^Test/ }).click()
  await page.getByTestId('tour').getByRole('list').waitFor()
  await page.keyboard.press('Escape')
}

test('from the event to a step of their own, each by the person; it can be left and goes on where it was', async () => {
  await page.getByRole('button', { name: /Take the tour/ }).click()
  await at('event')
  // The keyboard's way: the card brings it to the event, and what has the focus is selected.
  await card().getByRole('button', { name: 'Show me' }).focus()
  await page.keyboard.press('Enter')
  await at('fan-out')
  await page.locator('.react-flow__node-function').filter({ hasText: 'save-contact' }).click({ position: { x: 60, y: 12 } })
  await at('add')
  await card().getByRole('button', { name: 'Show me' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('a')
  await page.getByPlaceholder('Step that comes between').waitFor()
  await page.getByRole('option', { name: 'Transform' }).click()
  await at('name')
  await panel(page).getByLabel('Step name').fill('Note the plan')
  await at('send')
  // It can be left, goes on where it was, and does not cover what it points at.
  await card().getByRole('button', { name: 'Leave the tour' }).click()
  await card().waitFor({ state: 'detached' })
  await page.goto(workspace)
  await page.getByRole('button', { name: 'Go on with the tour' }).click()
  await at('send')
  const [target, box] = await Promise.all([page.getByRole('button', { name: 'Send test event' }).first().boundingBox(), card().boundingBox()])
  expect(box!.y >= target!.y + target!.height || box!.x + box!.width <= target!.x || box!.x >= target!.x + target!.width).toBe(true)
})

test('a test event, one that fails alone and gets through, and the run at the end', async () => {
  await sendEvent()
  await card().getByText('Both are done.', { exact: false }).waitFor()
  await card().getByRole('button', { name: 'Next' }).click()
  await at('fail')
  await card().getByRole('button', { name: 'Make the CRM fail' }).click()
  await card().getByText('answers 503', { exact: false }).waitFor()
  await sendEvent()
  await card().getByText('Only save-contact is retried', { exact: false }).waitFor()
  expect(await card().getByRole('listitem').filter({ hasText: 'welcome-user' }).innerText()).toContain('Done')
  await card().getByRole('button', { name: 'Mend the CRM' }).click()
  await card().getByRole('button', { name: 'Next' }).click({ timeout: 60_000 })
  await card().getByRole('link', { name: 'Open the run' }).click()
  await at('end')
  await card().getByRole('button', { name: 'Finish' }).click()
  await page.goto(workspace)
  await page.getByRole('heading', { name: 'Make something happen' }).waitFor()
  await page.getByText('Or begin with one that works').waitFor()
  expect(await page.getByRole('button', { name: /tour/i }).count()).toBe(0)
})
