/** Somebody sends a test event, watches it on the drawing, reads what each step gave, and looks at an older event instead. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { axeFindings } from './axe.ts'
import { keepPicture, middle, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'data-at-hand')))

/** Until it holds, however slow the machine. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 45_000, interval: 100 })

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
  // Two settings, one right after the other: both hold.
  const saying = (what: string) => page.waitForResponse((answer) => answer.url().includes('playground.adjust') && answer.request().postData()?.includes(what) === true)
  const both = Promise.all([saying('fail'), saying('422')])
  await crm.getByText('Fails').click()
  await crm.getByLabel('Answers status').fill('422')
  await crm.getByLabel('Answers status').blur()
  await both
  await page.reload()
  await crm.getByLabel('Answers status').waitFor()
  expect(await crm.getByLabel('Answers status').inputValue()).toBe('422')
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

test('once the marks are gone, the panels still show the data of that test, and say so', async () => {
  const later = await page.request.post('/api/trpc/events.send', { data: { workspace: workspace.split('/').at(-1), name: 'user/account.created', data: { userId: 'u9', email: 'nobody@north.io', name: 'Nobody', plan: 'free', signedUpAt: '2026-11-25T08:00:00Z' } } })
  expect(later.ok()).toBe(true)
  await strip().getByRole('button', { name: 'Close' }).click()
  await strip().waitFor({ state: 'detached' })
  await node('Pick wording').click()
  await lastRun().getByTestId('last-run-of').getByText('Of the watched event.').waitFor()
  await lastRun().getByText('"Hello Ada"').waitFor()
  await event().click()
  await panel(page).getByTestId('sample').getByText(/watched event/).waitFor()
  await panel(page).getByTestId('sample').click()
  const choices = page.getByTestId('sample-choices')
  expect(await choices.getByRole('button', { pressed: true }).innerText()).toContain('ada@north.io')
  await choices.getByRole('button').filter({ hasText: 'nobody@north.io' }).waitFor()
  await choices.getByRole('button').filter({ hasText: 'The last one, always' }).click()
  await node('Pick wording').click()
  // Its run may still be under way, and what is known is looked up again only after a while.
  await lastRun().getByText('"Hello Nobody"').waitFor({ timeout: 60_000 })
  await event().click()
  await panel(page).getByTestId('sample').click()
  await choices.getByRole('button').filter({ hasText: 'ada@north.io' }).click()
  await panel(page).getByTestId('sample').click()
  await choices.getByRole('button', { name: 'Show its runs' }).click()
  await strip().getByText('1 failed, 4 of 5 runs done.').waitFor()
})

test('a step that stores no input shows what it read; a field of it is dragged into a field, one of its own output is not', async () => {
  await node('Pick wording').click()
  await lastRun().getByText('Input', { exact: true }).click()
  await lastRun().getByText('"Ada"').waitFor()
  const value = panel(page).getByLabel('Value 2', { exact: true })
  const before = await value.inputValue()
  await dragOnto(lastRun().getByRole('button', { name: '"name"' }), value)
  await soon(() => value.inputValue()).toContain('event.data.name')
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await soon(() => value.inputValue()).toBe(before)
  // With the keyboard: it goes where the caret was last.
  await value.focus()
  await lastRun().getByRole('button', { name: '"plan"' }).press('Enter')
  await soon(async () => (await value.inputValue()).match(/event\.data\.plan/g)?.length).toBe((before.match(/event\.data\.plan/g)?.length ?? 0) + 1)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await soon(() => value.inputValue()).toBe(before)
  await lastRun().getByText('Output', { exact: true }).click()
  await dragOnto(lastRun().getByRole('button', { name: '"greeting"' }), value)
  await page.getByText('steps.wording is what this step itself gives', { exact: false }).waitFor()
  expect(await value.inputValue()).toBe(before)
  // Held over another step, it opens that one, and goes on into a field there.
  const greeting = lastRun().getByRole('button', { name: '"greeting"' })
  await greeting.scrollIntoViewIfNeeded()
  const [from, over] = [await middle(greeting), await middle(node('Send e-mail'))]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x - 12, from.y, { steps: 3 })
  await page.mouse.move(over.x, over.y, { steps: 6 })
  await page.mouse.move(over.x + 1, over.y)
  const subject = panel(page).getByLabel('Subject', { exact: true })
  await subject.waitFor()
  const field = (await subject.boundingBox())!
  await page.mouse.move(field.x + 12, field.y + field.height / 2, { steps: 6 })
  await page.mouse.move(field.x + 13, field.y + field.height / 2)
  await page.mouse.up()
  await soon(() => subject.inputValue()).toContain('{{ steps.wording.greeting }}')
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await soon(() => subject.inputValue()).toBe('Welcome to North, {{ event.data.name }}')
  await node('Pick wording').click()
  // What was really sent has no path; it says where to drag from. The form is long, and both ends must be on the screen.
  await page.setViewportSize({ width: 1440, height: 2400 })
  await node('Post message').click()
  await lastRun().getByText('Input', { exact: true }).click()
  const url = panel(page).getByLabel('URL', { exact: true })
  const address = await url.inputValue()
  await dragOnto(lastRun().getByRole('button', { name: '"method"' }), url)
  await page.getByText('no path leads to it', { exact: false }).waitFor()
  expect(await url.inputValue()).toBe(address)
  await page.setViewportSize({ width: 1440, height: 900 })
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

/** Drags a name of a value tree to the beginning of a field, as a hand does. */
async function dragOnto(name: Locator, field: Locator): Promise<void> {
  await name.scrollIntoViewIfNeeded()
  const [from, to] = [await middle(name), (await field.boundingBox())!]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x, from.y - 12, { steps: 3 })
  await page.mouse.move(to.x + 12, to.y + to.height / 2, { steps: 6 })
  await page.mouse.move(to.x + 13, to.y + to.height / 2)
  await page.mouse.up()
}

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
  await page.getByTestId('live-switch').click()
  await strip().waitFor({ state: 'detached' })
  const frame = (slug: string) => page.locator('.react-flow__node-function').filter({ hasText: slug })
  await frame('notify-slack').getByText('last 5 min').waitFor()
  await frame('add-to-crm').getByText('failed: 1 h').waitFor()
  await picture('live')
  await page.getByTestId('live-switch').click()
  await frame('notify-slack').getByText('last 5 min').waitFor({ state: 'detached' })
})

test('on a phone: pins, the runs of an event on the drawing, the counts under it, values that fold by touch and keyboard', async () => {
  await node('Pick wording').click()
  await page.keyboard.press('p')
  await page.getByRole('dialog').getByRole('button', { name: 'Pin it' }).click()
  await panel(page).getByTestId('pin-note').waitFor()
  await saved(page)
  const context = await app.browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, baseURL: app.url, storageState: await page.context().storageState() })
  const phone = await context.newPage()
  phone.setDefaultTimeout(20_000)
  await phone.goto(`${workspace}/workflows/signup-pipeline`)
  const drawing = phone.getByTestId('canvas')
  await drawing.getByRole('button', { name: /Pick wording.*output pinned/ }).waitFor()
  await drawing.getByRole('button').filter({ hasText: 'account.created' }).tap()
  await panel(phone).getByTestId('sample').tap()
  await phone.getByRole('button', { name: 'Show its runs' }).tap()
  const followed = phone.getByTestId('follow')
  await followed.getByText('1 failed, 4 of 5 runs done.').waitFor()
  await panel(phone).getByRole('button', { name: 'Close the panel' }).tap()
  await soon(async () => {
    const box = (await followed.boundingBox())!
    return box.x >= 0 && box.x + box.width <= 390
  }).toBe(true)
  await picture('phone-follow', phone)
  await drawing.getByRole('button').filter({ hasText: 'Post message' }).tap()
  const values = panel(phone).getByTestId('last-run')
  const body = values.getByRole('button', { name: /^body: / })
  await body.tap()
  expect(await body.getAttribute('aria-expanded')).toBe('false')
  await body.press('ArrowRight')
  expect(await body.getAttribute('aria-expanded')).toBe('true')
  // What changes the drawing is not there for a phone.
  expect(await panel(phone).getByLabel('Step name').isDisabled()).toBe(true)
  expect(await axeFindings(phone, '[data-testid="panel"]')).toEqual([])
  await context.close()
})
