/** From signing up to reading a run, with nothing but the keyboard: the pointer is never touched. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { keepPicture, panel, saved } from './editor-page.ts'

let app: TestApp
let page: Page
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'keyboard')))

const stopsMost = 120
const hasFocus = (target: Locator): Promise<boolean> => target.evaluate((element) => element === document.activeElement)

/** Goes on with Tab until the wanted thing has the keyboard, which must be visible there. */
async function tabTo(target: Locator, key = 'Tab'): Promise<void> {
  await target.waitFor()
  for (let stops = 0; stops < stopsMost; stops++) {
    if (await hasFocus(target)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never came to ${target.toString()}.`)
}

async function press(target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(target)
  await page.keyboard.press(key)
}

async function write(target: Locator, text: string): Promise<void> {
  await tabTo(target)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
}

/** Adds by name: `N`, a word, Enter. */
async function add(word: string): Promise<void> {
  await page.keyboard.press('n')
  const search = page.getByRole('dialog').getByRole('textbox')
  await search.waitFor()
  await expect.poll(() => hasFocus(search)).toBe(true)
  await page.keyboard.type(word)
  await page.keyboard.press('Enter')
  await search.waitFor({ state: 'detached' })
}

const node = (kind: string) => page.locator(`.react-flow__node-${kind}`)
const nameField = (label: string) => panel(page).getByLabel(label, { exact: true }).first()

/** A fresh thing's name is ready to be written over. */
async function name(label: string, text: string): Promise<void> {
  await expect.poll(() => hasFocus(nameField(label))).toBe(true)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
}

test('sign up, and make a workflow', async () => {
  await page.goto('/signup')
  await write(page.getByLabel('Workspace', { exact: true }), 'North Ops')
  await write(page.getByLabel('Work e-mail'), 'mara@north.example')
  await write(page.getByLabel('Password', { exact: true }), 'a long enough password')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/w\/[^/]+$/)
  await press(page.getByRole('button', { name: 'New workflow' }).first())
  const field = page.getByRole('dialog').getByRole('textbox')
  await field.waitFor()
  await expect.poll(() => hasFocus(field)).toBe(true)
  await page.keyboard.type('Orders')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/workflows\/orders$/)
  await page.getByTestId('doors').waitFor()
})

test('draw an event, a function that reacts, and two steps in it', async () => {
  await add('Event')
  await name('Name', 'order/placed')
  await page.keyboard.press('Escape')
  await expect.poll(() => hasFocus(node('event'))).toBe(true)
  await add('Function')
  await name('Slug', 'greet-buyer')
  await page.keyboard.press('Escape')
  await expect.poll(() => hasFocus(node('function'))).toBe(true)
  await add('HTTP request')
  await expect.poll(() => hasFocus(node('step'))).toBe(true)
  await page.keyboard.press('Enter')
  await write(panel(page).getByLabel('URL'), 'playground://crm/contacts')
  await page.keyboard.press('Escape')
  await add('Transform')
  await node('step').nth(1).waitFor()
  await page.keyboard.press('Escape')
  expect(await node('function').getAttribute('aria-label')).toMatch(/^Function greet-buyer, .*2 steps.*starts on order\/placed/)
  await page.getByText('1 here, 1 in order-cascade').waitFor()
  await saved(page)
})

test('publish it, send a test event, and read the run', async () => {
  await press(page.getByTestId('publish'))
  await page.getByTestId('review').waitFor()
  await press(page.getByTestId('publish-confirm'))
  await page.getByText('v1 live').waitFor()
  await page.getByTestId('review').waitFor({ state: 'detached' })
  await press(page.getByRole('button', { name: 'Send test event' }))
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await press(dialog.getByRole('button', { name: 'Test the drawing' }))
  await press(dialog.getByTestId('test-started').getByRole('link', { name: 'greet-buyer' }))
  await page.waitForURL(/\/runs\/run_/)
  await page.getByRole('heading', { name: 'greet-buyer' }).waitFor()
  await page.getByText('Done', { exact: true }).first().waitFor()
})
