/** The templates of the gallery: one press to use it, one to send its event, and it runs to the end against the built-in services, unedited. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { templates, type Template } from '#examples/templates/list.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
const isSlow = (template: Template): boolean => Object.values(template.draw().nodes).some((node) => node.type === 'function' && (node.debounce !== undefined || node.batch !== undefined))
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
  await tab.getByRole('button', { name: `Use ${name}`, exact: true }).click()
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

// Those that gather events for a while are run with their waits cut short in tests/api/templates.test.ts.
test.each(templates.filter((one) => !isSlow(one)).map((one) => [one.slug, one] as const))('%s', async (_slug, template) => {
  await use(page, template)
  if (asks(template)) await approve()
  await allDone(page)
})
