/** An empty canvas has three doors, each one press and one undo step; the webhook's address works before anything is published. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, newWorkflow, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'doors')))

const doors = () => page.getByTestId('doors')
const post = (url: string, body: object) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
let address: string

test('the webhook door, by keyboard: the address that was shown waits, and the first request arrives in the panel', async () => {
  await newWorkflow(page, workspace, 'By webhook')
  await doors().waitFor()
  address = (await page.getByTestId('door-address').innerText()).replace('POST ', '').replace(/\s/g, '')
  await page.getByRole('button', { name: 'Use this address' }).focus()
  await page.keyboard.press('Enter')
  await doors().waitFor({ state: 'detached' })
  await saved(page)
  expect(await page.getByTestId('webhook-waiting').locator('pre').innerText()).toContain(address)
  expect((await post(address, { plan: 'pro' })).status).toBe(200)
  await page.getByTestId('webhook-arrived').waitFor()
  await page.getByRole('button', { name: 'Use it as the sample' }).click()
  await page.getByRole('button', { name: 'Add a function for it' }).click()
  await page.locator('.react-flow__node-function').waitFor()
})

test('a condition says what it lets through while it is typed', async () => {
  for (const plan of ['free', 'free', 'free']) await post(address, { plan })
  await page.locator('.react-flow__edge-rib path').first().dispatchEvent('click')
  await panel(page).getByText('Only if').waitFor()
  await panel(page).getByRole('button', { name: 'As text' }).click()
  await panel(page).getByLabel('Only if').fill('event.data.plan == "pro"')
  await page.getByTestId('match-share').getByText('25 % of the last 4 events').waitFor()
  await panel(page).getByLabel('Only if').fill('event.data.plan ==')
  await page.getByTestId('match-share').getByText('Matches').waitFor({ state: 'detached' })
})

test('a published condition that lets nothing through says so where the workflow is looked at', async () => {
  await panel(page).getByLabel('Only if').fill('event.data.plan == "gold"')
  const frame = page.locator('.react-flow__node-function')
  await frame.click({ position: { x: 60, y: 12 } })
  await page.keyboard.press('a')
  await page.getByPlaceholder(/^Step/).fill('Transform')
  await page.keyboard.press('Enter')
  await page.locator('.react-flow__node-step').waitFor()
  await saved(page)
  await page.getByTestId('publish').click()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('quiet-line').getByText('None of the 4 events of the last 7 days matches it', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Show the condition' }).click()
  await panel(page).getByTestId('quiet-filter').getByText('this line starts nothing', { exact: false }).waitFor()
})

test('the schedule door is one undo step', async () => {
  await newWorkflow(page, workspace, 'By schedule')
  await page.getByRole('button', { name: 'Begin with a schedule' }).click()
  await panel(page).getByText('Next times').waitFor()
  await page.locator('.react-flow__node-function').waitFor()
  await panel(page).getByRole('button', { name: 'Close the panel' }).click()
  await page.keyboard.press('ControlOrMeta+z')
  await doors().waitFor()
  expect(await page.locator('.react-flow__node').count()).toBe(0)
})

test('when a schedule comes is chosen in words, or written as cron; each choice can be undone', async () => {
  await page.getByRole('button', { name: 'Begin with a schedule' }).click()
  const clock = page.locator('.react-flow__node-schedule')
  const form = panel(page)
  await clock.getByText('Mon 09:00').waitFor()
  await form.getByRole('button', { name: 'Thursday' }).click()
  await form.getByLabel('At', { exact: true }).fill('17:30')
  await clock.getByText('Mon, Thu 17:30').waitFor()
  await form.getByText(/^At 17:30, only on Monday and Thursday/).waitFor()
  expect(await form.getByRole('listitem').filter({ hasText: /^(Mon|Thu), .+ 17:30$/ }).count()).toBe(5)
  await form.getByRole('combobox', { name: 'How often' }).click()
  await page.getByRole('option', { name: 'Once a month' }).click()
  await clock.getByText('Day 1 17:30').waitFor()
  await form.getByRole('button', { name: 'As cron' }).click()
  expect(await form.getByLabel('When').inputValue()).toBe('30 17 1 * *')
  await form.getByLabel('When').fill('0 9-17 * * *')
  await form.getByText('more than the choices can say').waitFor()
  // Typed character by character, it has too few parts for a while.
  await form.getByLabel('When').fill('')
  await form.getByLabel('When').pressSequentially('0 9-17 * * *')
  await clock.getByText('0 9-17 * * *').waitFor()
  await form.getByRole('button', { name: 'Close the panel' }).click()
  await page.keyboard.press('ControlOrMeta+z')
  await page.getByText(/^Undone: Edit times of /).waitFor()
  await clock.getByText('Day 1 17:30').waitFor()
  for (let times = 0; times < 4; times++) await page.keyboard.press('ControlOrMeta+z')
  await doors().waitFor()
})

test('a template opens in this very workflow; the gallery is one link away', async () => {
  expect(await doors().getByRole('link', { name: /templates$/ }).getAttribute('href')).toBe(`${workspace}/templates`)
  await doors().getByRole('button', { name: 'Nightly sync' }).click()
  await page.locator('.react-flow__node-function').first().waitFor()
  expect(page.url()).toMatch(/by-schedule$/)
})

test('a tick is tested in the drawing, and never sent to what is live', async () => {
  await page.getByRole('button', { name: 'Send test event' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('What is live', { exact: true }).click()
  await dialog.getByText('a tick cannot be sent', { exact: false }).waitFor()
  expect(await dialog.getByRole('button', { name: 'Send event' }).isDisabled()).toBe(true)
  await dialog.getByText('This drawing', { exact: true }).click()
  expect(await dialog.getByRole('button', { name: 'Test the drawing' }).isDisabled()).toBe(false)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('an emit per item has its price', async () => {
  const tag = page.getByTestId('price-tag')
  // The drawing may still be moving into view.
  await expect.poll(async () => {
    await page.locator('.react-flow__node-step').filter({ hasText: 'One sync each' }).click()
    return tag.waitFor({ timeout: 2000 }).then(() => true, () => false)
  }, { timeout: 20_000 }).toBe(true)
  await tag.getByText('No live run yet').waitFor()
  await tag.getByLabel('Items to reckon with').fill('2000')
  await tag.getByText('2,000 runs').waitFor()
  await panel(page).getByTestId('price-line').getByText(/^Sets off 2,000 runs/).waitFor()
})

test('a cURL command that is pasted fills the step, and is not taken for a part of a drawing', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.url })
  await page.evaluate((text) => navigator.clipboard.writeText(text), 'curl https://api.shop.example/v1/lines --frobnicate')
  await page.locator('.react-flow__node-step').filter({ hasText: 'Load users' }).click()
  await panel(page).getByRole('button', { name: 'Paste a cURL command' }).click()
  await page.keyboard.press('ControlOrMeta+v')
  await expect.poll(() => panel(page).getByLabel('URL', { exact: true }).inputValue(), { timeout: 20_000 }).toBe('https://api.shop.example/v1/lines')
  await panel(page).getByText('--frobnicate was left out', { exact: false }).waitFor()
  expect(await page.getByText('The clipboard holds no part', { exact: false }).count()).toBe(0)
})

test('on a tablet the doors fit, and what they draw stands above the panel', async () => {
  await page.setViewportSize({ width: 820, height: 1180 })
  await newWorkflow(page, workspace, 'Small')
  const box = (await doors().getByRole('button', { name: 'Begin with a schedule' }).boundingBox())!
  expect(box.x).toBeGreaterThanOrEqual(0)
  expect(box.x + box.width).toBeLessThanOrEqual(820)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(820)
  await doors().getByRole('button', { name: 'Begin with a schedule' }).click()
  await panel(page).waitFor()
  const drawn = page.locator('.react-flow__node-function')
  await expect.poll(async () => (await drawn.boundingBox())!.y + (await drawn.boundingBox())!.height - (await panel(page).boundingBox())!.y).toBeLessThan(0)
})
