/** A person finds a template by a word, uses it, and has a draft of their own that can be published as it is. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'start')))

test('the gallery finds by word and by category', async () => {
  const workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await page.goto(`${workspace}/workflows`)
  await page.getByRole('link', { name: 'Templates' }).click()
  await page.getByTestId('template-lead-routing').waitFor()
  if (process.env.REVIEW_PICTURES) await page.screenshot({ path: `${process.env.REVIEW_PICTURES}/templates.png` })
  await page.getByText('Data', { exact: true }).first().click()
  await page.getByTestId('template-lead-routing').waitFor({ state: 'detached' })
  await page.getByText('All', { exact: true }).click()
  await page.getByLabel('Search templates').fill('invoice')
  await page.getByTestId('template-lead-routing').waitFor({ state: 'detached' })
  await page.getByTestId('template-invoice-chasing').waitFor()
})

test('used, it is a draft that publishes as it is', async () => {
  await page.getByRole('button', { name: 'Use this: Invoice chasing' }).click()
  await page.waitForURL(/\/workflows\/invoice-chasing$/)
  await page.locator('.react-flow__node-function').filter({ hasText: 'chase-invoice' }).waitFor()
  await page.getByTestId('publish').click()
  await page.getByTestId('review').getByText('is new, v1').waitFor()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
})

test('the drawing leaves as JSON, SVG and PNG', async () => {
  for (const [item, file] of [['Workflow as JSON', 'invoice-chasing.json'], ['Picture as SVG', 'invoice-chasing.svg'], ['Picture as PNG', 'invoice-chasing.png']] as const) {
    await page.getByRole('button', { name: 'Download' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()])
    expect(download.suggestedFilename()).toBe(file)
    if (process.env.REVIEW_PICTURES) await download.saveAs(`${process.env.REVIEW_PICTURES}/${file}`)
  }
})
