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

/** A key belongs to what has the keyboard when it is pressed, so each waits until that is where it should be. */
async function focusIsOn(target: Locator): Promise<void> {
  await target.waitFor()
  await expect.poll(() => hasFocus(target), { message: `the keyboard is on ${target.toString()}` }).toBe(true)
}

async function key(pressed: string, leadsTo: Locator): Promise<void> {
  await page.keyboard.press(pressed)
  await focusIsOn(leadsTo)
}

/** Goes on with Tab until the wanted thing has the keyboard. */
async function tabTo(target: Locator): Promise<void> {
  await target.waitFor()
  for (let stops = 0; stops < stopsMost; stops++) {
    if (await hasFocus(target)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never came to ${target.toString()}.`)
}

async function press(target: Locator): Promise<void> {
  await tabTo(target)
  await page.keyboard.press('Enter')
}

async function write(target: Locator, text: string): Promise<void> {
  await tabTo(target)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(text)
  await expect.poll(() => target.inputValue()).toBe(text)
}

/** Adds by name: `N`, a word, Enter; then what was added, or its name, has the keyboard. */
async function add(word: string, leadsTo: Locator): Promise<void> {
  const search = page.getByRole('dialog').getByRole('textbox', { name: 'Add, find, run or go to' })
  await key('n', search)
  await page.keyboard.type(word)
  await page.locator('.mantine-Spotlight-action[data-selected]').filter({ hasText: word }).waitFor()
  await page.keyboard.press('Enter')
  await search.waitFor({ state: 'detached' })
  await focusIsOn(leadsTo)
}

const node = (kind: string) => page.locator(`.react-flow__node-${kind}`)
const field = (label: string) => panel(page).getByLabel(label, { exact: true }).first()

/** A fresh thing's name is ready to be written over. */
async function addNamed(word: string, label: string, name: string): Promise<void> {
  await add(word, field(label))
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(name)
  await expect.poll(() => field(label).inputValue()).toBe(name)
}

test('sign up, and make a workflow', async () => {
  await page.goto('/signup')
  await write(page.getByLabel('Workspace', { exact: true }), 'North Ops')
  await write(page.getByLabel('Work e-mail'), 'mara@north.example')
  await write(page.getByLabel('Password', { exact: true }), 'a long enough password')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/w\/[^/]+$/)
  await tabTo(page.getByRole('button', { name: 'New workflow' }).first())
  await key('Enter', page.getByRole('dialog').getByRole('textbox'))
  await page.keyboard.type('Orders')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/workflows\/orders$/)
  await page.getByTestId('doors').waitFor()
})

test('draw an event, a function that reacts, and two steps in it', async () => {
  await addNamed('Event', 'Name', 'order/placed')
  await key('Escape', node('event'))
  await addNamed('Function', 'Slug', 'greet-buyer')
  await key('Escape', node('function'))
  await add('HTTP request', node('step'))
  await key('Enter', field('Step name'))
  await write(panel(page).getByLabel('URL'), 'playground://crm/contacts')
  await key('Escape', node('step'))
  await add('Transform', node('step').filter({ hasText: 'Transform' }))
  expect(await node('function').getAttribute('aria-label')).toMatch(/^Function greet-buyer, .*2 steps.*starts on order\/placed/)
  await saved(page)
})

test('after its name was edited a step is copied, not the text that its field had marked', async () => {
  const step = node('step').filter({ hasText: 'Transform' })
  await tabTo(step)
  await key('F2', field('Step name'))
  await key('Escape', step)
  await page.keyboard.press('ControlOrMeta+c')
  await page.keyboard.press('ControlOrMeta+v')
  await expect.poll(() => node('step').count()).toBe(3)
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => node('step').count()).toBe(2)
  await saved(page)
})

test('a key means what has the keyboard, also after Escape; a step goes elsewhere and a line is drawn without the pointer', async () => {
  const step = node('step').filter({ hasText: 'Transform' })
  await tabTo(step)
  await key('Escape', step)
  await key('m', page.getByRole('combobox', { name: 'Find where it goes' }))
  await page.keyboard.type('own')
  await page.keyboard.press('Enter')
  await expect.poll(() => node('function').count()).toBe(2)
  await focusIsOn(step)
  const event = node('event')
  await key('ArrowLeft', node('function').filter({ hasText: 'transform' }))
  await key('ArrowLeft', event)
  // Both react by now; without its line the first can be connected again.
  const line = page.locator('.react-flow__edge[aria-label="order/placed starts greet-buyer"]')
  await tabTo(line)
  await page.keyboard.press('Delete')
  await line.waitFor({ state: 'detached' })
  await tabTo(event)
  await key('l', page.getByRole('combobox', { name: 'Find what to connect to' }))
  expect(await page.getByRole('option').allInnerTexts()).toEqual(['greet-buyer'])
  await page.keyboard.press('Enter')
  await line.waitFor()
  for (let undone = 0; undone < 3; undone++) await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => node('function').count()).toBe(1)
  await saved(page)
})

test('Escape closes a dialog and nothing behind it: what was selected stays so and has the keyboard again', async () => {
  const step = node('step').filter({ hasText: 'Transform' })
  await tabTo(step)
  for (const [pressed, inside] of [['p', 'Output of Transform'], ['n', 'Add, find, run or go to']] as const) {
    await key(pressed, page.getByRole('dialog').getByRole('textbox', { name: inside }))
    await key('Escape', step)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.locator('.react-flow__node.selected').count()).toBe(1)
  }
})

test('publish it, send a test event, and read the run', async () => {
  await tabTo(page.getByTestId('publish'))
  await key('Enter', page.getByTestId('publish-confirm'))
  await page.keyboard.press('Enter')
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

test('menus: their first item has the keyboard, arrows and letters move on, Escape gives it back', async () => {
  await page.goto(new URL(page.url()).pathname.replace(/\/runs\/.*/, '/workflows/orders'))
  const button = page.getByRole('button', { name: 'Download' })
  const item = (name: string) => page.getByRole('menuitem', { name, exact: true })
  await tabTo(button)
  await key('Enter', item('Workflow as JSON'))
  await key('ArrowDown', item('Picture as SVG'))
  await key('ArrowUp', item('Workflow as JSON'))
  // Round the end, over what cannot be chosen while nothing is selected.
  await key('ArrowUp', item('Import a file'))
  await key('p', item('Picture as SVG'))
  await key('Escape', button)
  await page.getByRole('menu').waitFor({ state: 'detached' })
  // By the pointer it is the same.
  await button.click()
  await focusIsOn(item('Workflow as JSON'))
  await key('End', item('Import a file'))
  await key('Escape', button)
})
