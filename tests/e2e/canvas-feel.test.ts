/**
 * The canvas by hand and by key: a step goes between two others, things are walked, moved, copied and
 * pasted (also from another tab, and from somebody who means harm), and every page passes axe in both themes.
 */
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { drag, dragFromPalette, keepPicture, middle, newWorkflow, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
let drawing: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.url })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'canvas-feel')))

const steps = (on = page) => on.locator('.react-flow__node-step')
const step = (name: string) => steps().filter({ hasText: name })
const frames = (on = page) => on.locator('.react-flow__node-function')
const undoName = async () => {
  await page.getByRole('button', { name: 'Undo', exact: true }).hover()
  return page.getByRole('tooltip').filter({ hasText: 'Undo' }).textContent()
}
/** A finger put down, moved and lifted. */
async function swipe(on: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const client = await on.context().newCDPSession(on)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) => client.send('Input.dispatchTouchEvent', { type, touchPoints })
  await touch('touchStart', [from])
  for (let i = 1; i <= 8; i++) await touch('touchMove', [{ x: from.x + ((to.x - from.x) * i) / 8, y: from.y + ((to.y - from.y) * i) / 8 }])
  await touch('touchEnd', [])
  await client.detach()
}
const emptyPlace = { x: 900, y: 760 }

test('a step goes between two others, and one undo takes it back', async () => {
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
  await newWorkflow(page, workspace, 'Orders')
  drawing = page.url()
  await dragFromPalette(page, 'event', { x: 330, y: 300 })
  await panel(page).getByLabel('Name').first().fill('order/placed')
  await dragFromPalette(page, 'function', { x: 620, y: 300 })
  await panel(page).getByLabel('Slug').fill('book-order')
  await frames().first().click({ position: { x: 60, y: 12 } })
  await page.getByTestId('palette-http').click()
  await page.getByTestId('palette-mail').click()
  await expect.poll(() => steps().count()).toBe(2)
  const mailBefore = (await steps().nth(1).boundingBox())!
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  await page.locator('.react-flow__edge-order').first().hover({ force: true })
  await page.locator('.react-flow__edge-order [data-insert]').first().click()
  await page.getByLabel('Find what to add').fill('transform')
  await page.keyboard.press('Enter')
  await expect.poll(() => steps().count()).toBe(3)
  expect(await page.locator('.react-flow__edge-order').count()).toBe(2)
  const mailAfter = (await steps().filter({ hasText: /mail/i }).boundingBox())!
  expect(mailAfter.x).toBeGreaterThan(mailBefore.x + 100)
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  await page.keyboard.press('Control+z')
  await expect.poll(() => steps().count()).toBe(2)
  await page.getByText(/^Undone: Add /).first().waitFor()
  await page.keyboard.press('Control+Shift+z')
  await expect.poll(() => steps().count()).toBe(3)
})

test('arrows walk along the lines, Enter opens, Escape leads back, F2 renames', async () => {
  await step('HTTP').click()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => page.locator('.react-flow__node.selected').textContent()).toMatch(/Transform/)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => page.locator('.react-flow__node.selected').getAttribute('data-testid')).toBe('node-function')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('F2')
  await page.keyboard.type('Charge')
  await step('Charge').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate(() => document.activeElement?.classList.contains('react-flow__node'))).toBe(true)
  expect(await step('Charge').getAttribute('aria-label')).toContain('Charge')
})

test('keys move, select and duplicate; the undo entry says what and how many', async () => {
  await step('Charge').click()
  await page.keyboard.press('Control+Shift+a')
  await expect.poll(() => page.locator('.react-flow__node.selected').count()).toBe(3)
  const before = (await step('Charge').boundingBox())!
  await page.keyboard.press('Control+Shift+ArrowDown')
  await expect.poll(async () => (await step('Charge').boundingBox())!.y).toBeGreaterThan(before.y + 10)
  expect(await undoName()).toContain('Undo: Move 3 steps')
  await expect.poll(() => page.getByTestId('announcer').textContent()).toContain('Move 3 steps')
  await frames().first().click({ position: { x: 60, y: 12 } })
  await page.keyboard.press('Control+d')
  await expect.poll(() => frames().count()).toBe(2)
  expect(await steps().count()).toBe(6)
  await page.keyboard.press('Delete')
  await expect.poll(() => frames().count()).toBe(1)
})

test('a part goes to another workflow by the clipboard', async () => {
  await frames().first().click({ position: { x: 60, y: 12 } })
  await page.keyboard.press('Control+c')
  await saved(page)
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(JSON.parse(copied)).toMatchObject({ kind: 'fanwise/drawing' })
  await newWorkflow(page, workspace, 'Returns')
  await page.mouse.move(700, 400)
  await page.keyboard.press('Control+v')
  await expect.poll(() => frames().count()).toBe(1)
  expect(await steps().count()).toBe(3)
  expect(await page.locator('.react-flow__edge-order').count()).toBe(2)
  const box = (await frames().first().boundingBox())!
  expect(Math.abs(box.x - 700)).toBeLessThan(60)
})

test('a foreign or hostile clipboard changes nothing and is named', async () => {
  const paste = async (text: string) => {
    await page.evaluate((value) => navigator.clipboard.writeText(value), text)
    await page.mouse.move(700, 700)
    await page.keyboard.press('Control+v')
  }
  await paste('just a sentence')
  await page.getByText('The clipboard holds no part of a drawing.').waitFor()
  await paste('{"kind":"fanwise/drawing","nodes":[{"id":"__proto__","type":"note","position":{"x":0,"y":0},"size":{"w":1e9,"h":1},"text":"x"},7,null]}')
  await page.getByText('Nothing on the clipboard fits into a drawing.').waitFor()
  expect(await page.locator('.react-flow__node').count()).toBe(4)
})

test('a step that is dragged out gets a function of its own, and the note says what went', async () => {
  const from = await middle(steps().filter({ hasText: /mail/i }))
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  await drag(page, from, { x: 620, y: 720 })
  await expect.poll(() => frames().count()).toBe(2)
  await page.getByText(/now part of a function of its own/).waitFor()
  expect(await page.locator('.react-flow__edge-order').count()).toBe(1)
  await page.keyboard.press('Control+z')
  await expect.poll(() => frames().count()).toBe(1)
  expect(await page.locator('.react-flow__edge-order').count()).toBe(2)
})

test('a frame is resized by its corner; a note reads Markdown', async () => {
  await page.keyboard.press('1')
  await frames().first().click({ position: { x: 60, y: 12 } })
  const before = (await frames().first().boundingBox())!
  const corner = await middle(frames().first().locator('.react-flow__resize-control'))
  await drag(page, corner, { x: corner.x + 80, y: corner.y + 64 })
  await expect.poll(async () => (await frames().first().boundingBox())!.height).toBeGreaterThan(before.height + 40)
  expect(await undoName()).toContain('Resize')
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  await page.keyboard.press('Shift+S')
  await panel(page).getByLabel('Text').fill('Why\n\n- **bold** <img src=x onerror=alert(1)>\n- [docs](https://example.com)')
  const note = page.locator('.react-flow__node-note')
  await expect.poll(() => note.locator('li').count()).toBe(2)
  expect(await note.locator('img').count()).toBe(0)
  expect(await note.locator('strong').textContent()).toBe('bold')
})

test('? lists every shortcut', async () => {
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Duplicate').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('a finger pans, selects and drags on a tablet', async () => {
  const context = await app.browser.newContext({ viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true, baseURL: app.url, storageState: await page.context().storageState() })
  const tablet = await context.newPage()
  await tablet.goto(drawing)
  await frames(tablet).first().waitFor()
  const frame = (await frames(tablet).first().boundingBox())!
  await swipe(tablet, { x: frame.x + 100, y: frame.y + 400 }, { x: frame.x + 160, y: frame.y + 440 })
  await expect.poll(async () => (await frames(tablet).first().boundingBox())!.x - frame.x).toBeGreaterThan(30)
  const panned = (await frames(tablet).first().boundingBox())!
  await swipe(tablet, { x: panned.x + 60, y: panned.y + 12 }, { x: panned.x + 60, y: panned.y + 132 })
  await expect.poll(async () => (await frames(tablet).first().boundingBox())!.y - panned.y).toBeGreaterThan(60)
  const moved = (await frames(tablet).first().boundingBox())!
  await tablet.touchscreen.tap(moved.x + 60, moved.y + 12)
  await panel(tablet).waitFor()
  await context.close()
})

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

test('axe finds nothing on the pages people use, in both themes', async () => {
  const pages = { editor: drawing, home: workspace, runs: `${workspace}/runs`, settings: `${workspace}/settings` }
  const found: string[] = []
  for (const dark of [false, true]) {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' })
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
      found.push(...violations.flatMap(({ id, nodes }) => nodes.map((node) => `${name}, ${dark ? 'dark' : 'light'}: ${id} ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)))
    }
  }
  expect(found).toEqual([])
})
