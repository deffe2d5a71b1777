/** The templates of the gallery: one press to use it, one to send its event, and it runs to the end against the built-in services, unedited. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { templates, type Template } from '#examples/templates/list.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
const asks = (template: Template): boolean => Object.values(template.draw().nodes).some((node) => node.type === 'step' && node.kind === 'approval')

beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'templates')))

async function use(tab: Page, { name }: Template): Promise<void> {
  await tab.goto(`${workspace}/templates`)
  await tab.getByRole('button', { name: `Use this: ${name}`, exact: true }).click()
  await tab.waitForURL(/\/workflows\//)
  await tab.getByRole('button', { name: 'Send test event' }).click()
  await tab.getByRole('button', { name: 'Test the drawing' }).click()
  await tab.getByTestId('test-started').waitFor()
  await tab.keyboard.press('Escape')
}

/** Looks at the drawing until every function on it is done. */
async function allDone(tab: Page): Promise<void> {
  await tab.locator('[data-testid=follow][data-settled]').waitFor({ timeout: 90_000 })
  const frames = tab.locator('.react-flow__node-function')
  await expect.poll(() => frames.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!).filter((label) => !/\bdone\b/i.test(label)))).toEqual([])
  expect(await tab.getByTestId('follow').innerText()).not.toMatch(/failed/i)
}

async function approve(): Promise<void> {
  const tab = await page.context().newPage()
  await tab.goto(workspace)
  await tab.getByRole('region', { name: 'Waiting for you' }).getByRole('link').first().click()
  await tab.getByRole('button', { name: 'Approve' }).click()
  await tab.getByRole('button', { name: 'Approve' }).waitFor({ state: 'detached' })
  await tab.close()
}

test('there are at least twelve of them', () => expect(templates.length).toBeGreaterThanOrEqual(12))

test.each(templates.map((one) => [one.slug, one] as const))('%s', async (_slug, template) => {
  await use(page, template)
  if (asks(template)) await approve()
  await allDone(page)
})

test('a template that gathers says how to see it, and five live events sent at once become one run', async () => {
  const template = templates.find((one) => one.slug === 'batch-to-warehouse')!
  await page.goto(`${workspace}/templates`)
  await page.getByTestId('template-batch-to-warehouse').getByText('send five events to what is live', { exact: false }).waitFor()
  await use(page, template)
  await page.getByTestId('publish').click()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
  await page.getByRole('button', { name: 'Send test event' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('What is live', { exact: true }).click()
  await dialog.getByRole('button', { name: 'Send 5 events' }).click()
  await dialog.getByText('5 events stored', { exact: false }).waitFor()
  await page.keyboard.press('Escape')
  await allDone(page)
  expect(await page.getByTestId('follow').innerText()).toContain('The run is done.')
  await page.getByTestId('follow').getByRole('link', { name: 'Open runs' }).click()
  await page.locator('a[href*="/runs/run_"]').filter({ hasText: 'load-measurements' }).first().click()
  await page.getByTestId('run-events').getByText('5 in one run').waitFor()
})
