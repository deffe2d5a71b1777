/**
 * Someone signs up, draws the signup pipeline from an empty canvas, publishes it, sends the event from
 * their app, and sees four runs complete; then the CRM fails, and only its run does.
 */
import { Inngest } from 'inngest'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { connect, dragFromPalette, newWorkflow, keepPicture, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'signup-pipeline')))

const functions = [
  { slug: 'send-welcome', retries: 3, url: 'playground://mail/messages', y: 130 },
  { slug: 'create-trial', retries: 5, url: 'playground://billing/customers', y: 300 },
  { slug: 'add-contact', retries: 3, url: 'playground://crm/contacts', y: 470 },
  { slug: 'tell-slack', retries: 1, url: 'playground://slack/messages', y: 640 },
]

test('a person signs up and draws one event with four functions', async () => {
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await newWorkflow(page, workspace, 'New account')
  await dragFromPalette(page, 'event', { x: 330, y: 400 })
  await panel(page).getByLabel('Name').first().fill('person/signed.up')
  for (const each of functions) {
    await dragFromPalette(page, 'function', { x: 640, y: each.y })
    await panel(page).getByLabel('Slug').fill(each.slug)
    await panel(page).getByLabel('Retries', { exact: true }).fill(String(each.retries))
    if (each.slug === 'add-contact') {
      await panel(page).getByRole('button', { name: 'Change the waits between tries' }).click()
      await panel(page).getByLabel('First, s').fill('1')
    }
    const frame = page.locator('.react-flow__node-function').filter({ hasText: each.slug })
    const box = (await frame.boundingBox())!
    await dragFromPalette(page, 'http', { x: box.x + box.width / 2, y: box.y + box.height / 2 })
    await panel(page).getByLabel('URL').fill(each.url)
    await panel(page).getByLabel('Method').click()
    await page.getByRole('option', { name: 'POST' }).click()
    await connect(page, page.locator('.react-flow__node-event').first(), frame)
  }
  await page.getByText('4 functions react').waitFor()
  await saved(page)
  expect(await page.locator('.react-flow__edge').count()).toBeGreaterThanOrEqual(4)
})

test('publishing makes version 1 of each', async () => {
  await page.getByTestId('publish').click()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
})

let eventKey: string

test('the unmodified SDK sends the event and four runs complete', async () => {
  eventKey = await readEventKey()
  const sent = await send('ada@north.io')
  await page.goto(`${workspace}/events/${sent}`)
  for (const each of functions) await page.getByText(each.slug).first().waitFor()
  await expectStates({ 'send-welcome': 'Done', 'create-trial': 'Done', 'add-contact': 'Done', 'tell-slack': 'Done' })
})

test('when the CRM fails, that run alone retries and uses up its budget; the other three are done', async () => {
  await page.goto(`${workspace}/playground`)
  const crm = page.getByRole('region', { name: 'CRM' })
  await crm.getByText('Fails').click()
  await crm.getByLabel('Answers status').waitFor()
  await page.waitForLoadState('networkidle')
  const sent = await send('leo@harbour.dk')
  await page.goto(`${workspace}/events/${sent}`)
  await expectStates({ 'send-welcome': 'Done', 'create-trial': 'Done', 'add-contact': /attempt \d/, 'tell-slack': 'Done' })
  await expectStates({ 'send-welcome': 'Done', 'create-trial': 'Done', 'add-contact': /answered 503, 4 times/, 'tell-slack': 'Done' })
})

async function readEventKey(): Promise<string> {
  await page.goto(`${workspace}/settings`)
  const text = await page.getByText(/fw_event_live_[0-9A-Za-z]+/).first().textContent()
  return /fw_event_live_[0-9A-Za-z]+/.exec(text!)![0]
}

async function send(email: string): Promise<string> {
  const inngest = new Inngest({ id: 'shop', eventKey, baseUrl: app.url, isDev: false })
  const { ids } = await inngest.send({ name: 'person/signed.up', data: { email } })
  return ids[0]!
}

/** Looks at the event's page until its runs have these words beside them. */
async function expectStates(states: Record<string, string | RegExp>): Promise<void> {
  for (const [slug, word] of Object.entries(states)) {
    await page.locator('tr, li, [role=row]').filter({ hasText: slug }).filter({ hasText: word }).first().waitFor({ timeout: 60_000 })
  }
}
