/**
 * Writing in fields with the data at hand: paths complete from a real event, with the keyboard alone;
 * a path is dragged into a field; each field says what it comes to; code knows the types; a preview and
 * the fields that other functions read are shown where a mail or an event is written.
 */
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { connect, dragFromPalette, keepPicture, middle, newWorkflow, panel, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage({ height: 1100 })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'fields')))

/** Until it holds, however slow the machine. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 45_000, interval: 100 })

const frame = () => page.locator('.react-flow__node-function').first()
const field = (label: string) => panel(page).getByLabel(label, { exact: true })
const options = () => page.getByRole('option')
const outcomes = () => page.getByTestId('outcome').allInnerTexts().then((all) => all.map((one) => one.replace(/\s+/g, ' ')))
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

test('a path is chosen with the keyboard: a real value beside it, braces closed, the caret behind them', async () => {
  const workspace = await signUp(page, { workspace: 'North Fields', email: 'mara@fields.example', password: 'a long enough password' })
  const sent = await page.request.post('/api/trpc/events.send', { data: { workspace: workspace.split('/').at(-1), name: 'user/joined', data: { email: 'ada@north.io', name: 'Ada Brandt', company: { size: 42 } } } })
  expect(sent.ok()).toBe(true)
  await newWorkflow(page, workspace, 'Joined')
  await dragFromPalette(page, 'event', { x: 330, y: 300 })
  await panel(page).getByLabel('Name').first().fill('user/joined')
  await dragFromPalette(page, 'function', { x: 640, y: 300 })
  await field('Slug').fill('welcome')
  await field('Slug').fill('x'.repeat(81))
  await panel(page).getByText('There is room for 80 characters; this would be 81, so it was not taken.').waitFor()
  expect(await field('Slug').inputValue()).toBe('welcome')
  await connect(page, page.locator('.react-flow__node-event').first(), frame())
  const box = (await frame().boundingBox())!
  await dragFromPalette(page, 'mail', { x: box.x + 70, y: box.y + box.height / 2 })
  await field('Subject').click()
  await page.keyboard.type('Hi {{')
  await options().first().waitFor()
  await soon(() => field('Subject').getAttribute('aria-expanded')).toBe('true')
  await page.keyboard.type(' nam')
  const chosen = page.locator('[role=option][aria-selected=true]')
  await soon(() => chosen.innerText()).toContain('"Ada Brandt"')
  expect(await field('Subject').getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'))
  await page.keyboard.press('Enter')
  await page.keyboard.type(', hello')
  expect(await field('Subject').inputValue()).toBe('Hi {{ event.data.name }}, hello')
  await field('Body').click()
  await page.keyboard.type('One\n{{ siz')
  await options().first().waitFor()
  await page.keyboard.press('Escape')
  await options().first().waitFor({ state: 'detached' })
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Tab')
  await page.keyboard.type('\nTwo')
  expect(await field('Body').inputValue()).toBe('One\n{{ event.data.company.size }}\nTwo')
})

test('the open list passes axe in both themes', async () => {
  await page.evaluate(axe)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await field('To').fill('')
    await field('To').click()
    await page.keyboard.type('{{')
    await options().first().waitFor()
    const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
    expect(violations.map(({ id, nodes }) => `${colorScheme}: ${id} ${nodes[0]?.html}`)).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.keyboard.type('mai')
  await page.keyboard.press('Enter')
})

test('each field says what it comes to, also where only the sandbox can tell; the mail is previewed', async () => {
  await soon(outcomes).toEqual(['→ ada@north.io', '→ Hi Ada Brandt, hello'])
  await field('Subject').fill('{{ event.data.name.toUpperCase() }}')
  await soon(outcomes).toEqual(['→ ada@north.io', '→ ADA BRANDT'])
  await field('To').fill('{{ event.data.phone ?? event.data.email }}')
  await field('Subject').fill('{{ event.data.phone }}')
  await soon(outcomes).toEqual(['→ ada@north.io', '→ event.data.phone has no value with this sample'])
  await field('Subject').fill('Dear {{ event.data.name }}')
  await field('Body').fill('<p>{{ event.data.name }}</p><script>document.title = "taken over"</script>')
  const preview = page.getByTestId('mail-preview')
  await preview.getByText('Dear Ada Brandt').waitFor()
  await page.frameLocator('[data-testid=mail-preview] iframe').getByText('Ada Brandt').waitFor()
  expect(await page.title()).not.toContain('taken over')
})

test('the preview is as high as the mail, and no higher than fits beside the form', async () => {
  const height = async () => (await page.getByTestId('mail-paper').boundingBox())!.height
  await field('Body').fill('<p>One line for {{ event.data.name }}</p>')
  await page.frameLocator('[data-testid=mail-preview] iframe').getByText('One line for Ada Brandt').waitFor()
  await soon(height).toBeLessThan(120)
  await field('Body').fill(`<p>Ten lines</p>${'<p>and one more</p>'.repeat(9)}`)
  await soon(height).toBeGreaterThan(250)
  await field('Body').fill(`<p>Many lines</p>${'<p>and one more</p>'.repeat(99)}`)
  await soon(height).toBeGreaterThan(400)
  expect(await height()).toBeLessThanOrEqual(460)
  await field('Body').fill('<p>{{ event.data.name }}</p>')
  await soon(height).toBeLessThan(120)
})

test('a path is dragged into a field, and lands where the mark is', async () => {
  await field('Subject').fill('Size is known')
  // The line under it is gone, so nothing moves any more.
  await soon(outcomes).toEqual(['→ ada@north.io'])
  const row = page.getByTestId('available-data').getByTitle('Insert event.data.company.size')
  await field('Subject').scrollIntoViewIfNeeded()
  const stood = await field('Subject').boundingBox()
  // What can be used is looked through beside the form, which stays where it is.
  await row.scrollIntoViewIfNeeded()
  expect(await field('Subject').boundingBox()).toEqual(stood)
  const [from, to] = [await middle(row), (await field('Subject').boundingBox())!]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x, from.y - 12, { steps: 3 })
  // Behind "Size is ", in a font whose characters are all as wide.
  const x = to.x + 12 + 8 * 7.1
  await page.mouse.move(x, to.y + to.height / 2, { steps: 6 })
  await page.mouse.move(x + 1, to.y + to.height / 2)
  await page.mouse.up()
  await soon(() => field('Subject').inputValue()).toBe('Size is {{ event.data.company.size }}known')
  const fold = panel(page).getByRole('button', { name: 'Data you can use' })
  await fold.press('Enter')
  await row.waitFor({ state: 'detached' })
  await fold.press('Enter')
  await row.waitFor()
})

test('a condition completes paths and the functions of its language', async () => {
  await page.locator('.react-flow__edge-rib path').first().dispatchEvent('click')
  await panel(page).getByRole('button', { name: 'As text' }).click()
  await field('Only if').click()
  await page.keyboard.type('event.data.ema')
  await options().first().waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.type('.ends')
  await options().first().waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.type('.io')
  expect(await field('Only if').inputValue()).toBe('event.data.email.endsWith(".io")')
  await soon(outcomes).toEqual(['→ true'])
})

test('the value that a wait compares is completed from both events, and says what it is', async () => {
  const box = (await frame().boundingBox())!
  await dragFromPalette(page, 'wait', { x: box.x + 60, y: box.y + box.height - 30 })
  await field('Event').fill('user/left')
  await field('Same value in both').click()
  await page.keyboard.type('data.ema')
  const chosen = page.locator('li[role=option][aria-selected=true]')
  await soon(() => chosen.innerText()).toContain('ada@north.io')
  await page.keyboard.press('Enter')
  expect(await field('Same value in both').inputValue()).toBe('data.email')
  await soon(outcomes).toContainEqual('→ ada@north.io')
})

test('code knows the types of the real event; what a reacting function reads is added to what is sent', async () => {
  const box = (await frame().boundingBox())!
  await dragFromPalette(page, 'code', { x: box.x + box.width - 30, y: box.y + box.height - 40 })
  await panel(page).locator('.monaco-editor textarea').first().waitFor()
  await panel(page).locator('.monaco-editor').first().click()
  // Code to begin with, written with the fields of the real event.
  await panel(page).getByRole('button', { name: 'Start from' }).click()
  await page.getByRole('menuitem', { name: /Make a new object/ }).click()
  await panel(page).locator('.view-lines').getByText('event.data.email').first().waitFor()
  await panel(page).locator('.monaco-editor').first().click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('const text: string = event.data.company.')
  await page.locator('.suggest-widget').getByText('size').first().waitFor({ timeout: 45_000 })
  await page.keyboard.press('Enter')
  await page.locator('.squiggly-error').first().waitFor()
  await page.getByTestId('code-mistakes').getByText(/^Line 1: Type 'number' is not assignable/).waitFor()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('return 1')
  await dragFromPalette(page, 'emit', { x: box.x + box.width / 2, y: box.y + 60 })
  await field('Event').fill('user/joined')
  await page.getByTestId('payload-shape').getByRole('button', { name: 'Add field email' }).click()
  await page.getByTestId('payload-shape').locator('li[data-sent=true]').filter({ hasText: 'email' }).waitFor()
  await soon(outcomes).toContainEqual('→ {"email":"ada@north.io"}')
})
