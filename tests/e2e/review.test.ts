/** A person looks at what a publish would do, publishes one of two functions with a reason, compares and restores. */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'review')))

const frame = (slug: string) => page.locator('.react-flow__node-function').filter({ hasText: slug })

async function retriesOf(slug: string, retries: string): Promise<void> {
  await frame(slug).click({ position: { x: 60, y: 12 } })
  await panel(page).getByLabel('Retries', { exact: true }).first().fill(retries)
}

async function versions(): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  const { rows } = await client.query<{ slug: string; current_version: number }>('select slug, current_version from function')
  await client.end()
  return Object.fromEntries(rows.map((row) => [row.slug, row.current_version]))
}

test('the review names what changes, field by field, and what stays', async () => {
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await page.goto(`${workspace}/workflows/signup-pipeline`)
  await page.getByTestId('canvas').waitFor()
  await retriesOf('add-to-crm', '7')
  await retriesOf('notify-slack', '2')
  await saved(page)
  await page.getByTestId('publish').click()
  const review = page.getByTestId('review')
  await review.getByTestId('review-add-to-crm').getByText('Retries').waitFor()
  expect(await review.getByTestId('review-add-to-crm').textContent()).toMatch(/v1 becomes v2.*Retries.*3.*→.*7/)
  expect(await review.getByTestId('review-notify-slack').textContent()).toMatch(/Retries.*1.*→.*2/)
  await review.getByText('3 stay as they are').waitFor()
  await review.getByText('No event gains or loses a function').waitFor()
  await review.getByTestId('in-flight').waitFor()
  expect(await review.getByTestId('diff-drawing').getByRole('img').getAttribute('aria-label')).toContain('Changed: 2 functions.')
  if (process.env.REVIEW_PICTURES) await page.screenshot({ path: `${process.env.REVIEW_PICTURES}/review.png` })
})

test('one of the two is published, with a reason; the other waits in the draft', async () => {
  const review = page.getByTestId('review')
  await page.getByRole('heading', { name: 'Publish 2 functions?' }).waitFor()
  await review.getByTestId('review-notify-slack').getByRole('checkbox').uncheck()
  await page.getByRole('heading', { name: 'Publish 1 function?' }).waitFor()
  await review.getByLabel('Why').fill('The CRM is slow on Mondays')
  await review.getByRole('button', { name: 'Publish 1', exact: true }).click()
  await review.waitFor({ state: 'detached' })
  await page.getByText('v2 live').waitFor()
  expect(await versions()).toMatchObject({ 'add-to-crm': 2, 'notify-slack': 1 })
  await page.getByText('Draft with changes').waitFor()
})

test('the history tells who and why, compares with another version, and brings one back as one undo step', async () => {
  await page.getByTestId('history').click()
  await page.getByText('“The CRM is slow on Mondays”').waitFor()
  await page.getByRole('button', { name: /Published as v1/ }).click()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  const compare = page.getByTestId('compare')
  expect(await compare.getByTestId('review-notify-slack').textContent()).toMatch(/Retries.*1.*→.*2/)
  if (process.env.REVIEW_PICTURES) await page.screenshot({ path: `${process.env.REVIEW_PICTURES}/compare.png` })
  await page.getByRole('button', { name: 'Close the comparison' }).click()
  // The list is where it was left, at the version that was compared.
  await page.getByRole('button', { name: 'Restore', exact: true }).click()
  await frame('notify-slack').click({ position: { x: 60, y: 12 } })
  await expect.poll(() => panel(page).getByLabel('Retries', { exact: true }).first().inputValue()).toBe('1')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
  await frame('notify-slack').click({ position: { x: 60, y: 12 } })
  await expect.poll(() => panel(page).getByLabel('Retries', { exact: true }).first().inputValue()).toBe('2')
})
