/** Somebody sends a test event, watches it on the drawing, reads what each step gave, and looks at an older event instead. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { axeFindings } from './axe.ts'
import { keepPicture, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'data-at-hand')))

const node = (text: string) => page.locator('.react-flow__node-step').filter({ hasText: text }).first()
const event = () => page.locator('.react-flow__node-event').first()
const strip = () => page.getByTestId('follow')
const lastRun = () => panel(page).getByTestId('last-run')
const picture = async (name: string, of: Page = page): Promise<void> => {
  if (process.env.REVIEW_PICTURES) await of.screenshot({ path: `${process.env.REVIEW_PICTURES}/${name}.png` })
}

/** Opens the dialog, changes who signed up, tests the drawing and goes back to it. */
async function testWith(name: string): Promise<void> {
  await page.getByRole('button', { name: 'Send test event' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Data').fill(JSON.stringify({ userId: 'u1', email: `${name.toLowerCase()}@north.io`, name, plan: 'free', signedUpAt: '2026-11-25T08:00:00Z' }))
  await dialog.getByRole('button', { name: /^Test/ }).click()
  await dialog.getByTestId('test-started').waitFor()
  await dialog.getByRole('button', { name: 'Watch it on the drawing' }).click()
  await dialog.waitFor({ state: 'detached' })
}

test('a test event is followed on the drawing: the steps say how they went, and the failing one alone has failed', async () => {
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await page.goto(`${workspace}/playground`)
  const crm = page.getByRole('region', { name: 'CRM' })
  await crm.getByText('Fails').click()
  await crm.getByLabel('Answers status').waitFor()
  // A setting is sent with those that are shown: the first must have come back.
  await page.waitForLoadState('networkidle')
  await crm.getByLabel('Answers status').fill('422')
  await crm.getByLabel('Answers status').blur()
  await page.waitForLoadState('networkidle')
  await page.goto(`${workspace}/workflows/signup-pipeline`)
  await node('Pick wording').click()
  await lastRun().getByText('Has not run yet.', { exact: false }).waitFor()
  await testWith('Ada')
  await strip().getByText('1 failed, 4 of 5 runs done.').waitFor()
  expect(await node('Create contact').getAttribute('aria-label')).toContain('failed')
  expect(await node('Post message').getAttribute('aria-label')).toContain('done')
  expect(await page.locator('.react-flow__node-function').filter({ hasText: 'add-to-crm' }).getAttribute('aria-label')).toContain('failed')
  expect(await event().textContent()).toContain('1 event here')
  expect(await axeFindings(page, '[data-testid="follow"]')).toEqual([])
  await picture('follow')
})

test('the panel of a step shows what it gave; that of the failed one says why', async () => {
  await node('Pick wording').click()
  await lastRun().getByText('"Hello Ada"').waitFor()
  await picture('last-run')
  await node('Create contact').click()
  await panel(page).getByTestId('last-run-line').getByText(/answered 422/).waitFor()
  await lastRun().getByText('Failed', { exact: true }).waitFor()
  await lastRun().getByText(/answered 422/).waitFor()
  expect(await axeFindings(page, '[data-testid="panel"]')).toEqual([])
  await picture('last-run-failed')
  await lastRun().getByRole('link', { name: 'Open the run' }).click()
  await page.waitForURL(/\/runs\/run_/)
  await page.getByTestId('use-as-sample').click()
  await page.waitForURL(/\/workflows\/signup-pipeline$/)
  await event().click()
  await panel(page).getByTestId('sample').getByText(/chosen event/).waitFor()
})

test('an older event can be the sample: the steps show what they made of that one, in this browser only', async () => {
  await testWith('Leo')
  await strip().getByText('1 failed, 4 of 5 runs done.').waitFor()
  await strip().getByRole('button', { name: 'Close' }).click()
  await node('Pick wording').click()
  await lastRun().getByText('"Hello Leo"').waitFor()
  await event().click()
  await panel(page).getByTestId('sample').click()
  const choices = page.getByTestId('sample-choices')
  await choices.getByText('leo@north.io').waitFor()
  expect((await axeFindings(page, '[data-testid="sample-choices"]')).join('; ')).toBe('')
  await picture('sample-choices')
  await choices.getByRole('button').filter({ hasText: 'ada@north.io' }).click()
  await panel(page).getByTestId('sample').getByText(/chosen event/).waitFor()
  await node('Pick wording').click()
  await lastRun().getByText('"Hello Ada"').waitFor()
  await page.reload()
  await node('Pick wording').click()
  await lastRun().getByText('"Hello Ada"').waitFor()
})

test('what is shown can be kept in the drawing, as one step to undo', async () => {
  await event().click()
  await panel(page).getByTestId('sample').click()
  await page.getByRole('button', { name: 'Keep in the drawing' }).click()
  await saved(page)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('Undone: Keep a sample of user/account.created').waitFor()
})

test('the live switch shows how the published functions do', async () => {
  await page.getByRole('button', { name: 'Send test event' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('What is live', { exact: true }).click()
  await dialog.getByRole('button', { name: 'Send event' }).click()
  await dialog.getByRole('button', { name: 'Watch it on the drawing' }).click()
  await strip().getByText('1 failed, 4 of 5 runs done.').waitFor()
  await strip().getByRole('button', { name: 'Close' }).click()
  await page.getByTestId('live-switch').click()
  const frame = (slug: string) => page.locator('.react-flow__node-function').filter({ hasText: slug })
  await frame('notify-slack').getByText('last 5 min').waitFor()
  await frame('add-to-crm').getByText('failed: 1 h').waitFor()
  await picture('live')
  await page.getByTestId('live-switch').click()
  await frame('notify-slack').getByText('last 5 min').waitFor({ state: 'detached' })
})
