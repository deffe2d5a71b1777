/** Several things at once: what a box has selected can be changed one by one, notes get a colour that copies and files keep, and published functions are paused and resumed together. */
import type { Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { axeFindings } from './axe.ts'
import { drag, keepPicture, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.url })
  workspace = await signUp(page, { workspace: 'Groups', email: 'ada@groups.example', password: 'correct horse battery' })
  await page.goto(`${workspace}/workflows/signup-pipeline`)
  await frames().first().waitFor()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'canvas-groups')))

const frames = () => page.locator('.react-flow__node-function')
const notes = () => page.locator('.react-flow__node-note')
const choice = (name: string) => panel(page).getByRole('radio', { name })
const nothingSelected = async () => {
  await page.locator('.react-flow__pane').click({ position: { x: 30, y: 700 } })
  await page.locator('.react-flow__node.selected').first().waitFor({ state: 'detached' })
}

test('several notes get a colour in one step that undo takes back; it is named, and copies and files keep it', async () => {
  await nothingSelected()
  await page.keyboard.press('Shift+S')
  await panel(page).getByLabel('Text').fill('Mind the limit')
  await nothingSelected()
  await expect.poll(() => notes().count()).toBe(2)
  for (const note of await notes().all()) await note.click({ modifiers: ['Shift'] })
  await panel(page).getByRole('group', { name: 'Colour of 2 notes' }).waitFor()
  await choice('Violet').check({ force: true })
  await expect.poll(() => notes().evaluateAll((all) => all.map((one) => /, violet/.test(one.getAttribute('aria-label') ?? '')))).toEqual([true, true])
  expect(await axeFindings(page, '[data-testid="panel"]')).toEqual([])
  // By keyboard, from one colour to the next.
  await choice('Violet').focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => notes().first().getAttribute('aria-label')).toContain(', pink')
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => notes().evaluateAll((all) => all.filter((one) => /violet|pink/.test(one.getAttribute('aria-label') ?? '')).length)).toBe(0)
  await page.keyboard.press('ControlOrMeta+Shift+z')
  await expect.poll(() => notes().evaluateAll((all) => all.filter((one) => /, pink/.test(one.getAttribute('aria-label') ?? '')).length)).toBe(2)
  await nothingSelected()
  await notes().first().click()
  await page.keyboard.press('ControlOrMeta+d')
  await expect.poll(() => notes().evaluateAll((all) => all.filter((one) => /, pink/.test(one.getAttribute('aria-label') ?? '')).length)).toBe(3)
  await saved(page)
  await page.getByRole('button', { name: 'Download' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /Workflow as JSON/i }).click()])
  const { graph } = JSON.parse(readFileSync((await file.path())!, 'utf8')) as { graph: { nodes: Record<string, { type: string; colour?: string }> } }
  expect(Object.values(graph.nodes).filter((node) => node.type === 'note').map((node) => node.colour)).toEqual(['pink', 'pink', 'pink'])
})

test('selected functions are paused and resumed together, and the drawing says so without being changed', async () => {
  await saved(page)
  await nothingSelected()
  const named = (slug: string) => frames().filter({ hasText: slug })
  await named('add-to-crm').click({ position: { x: 60, y: 14 } })
  await named('notify-slack').click({ position: { x: 60, y: 14 }, modifiers: ['Shift'] })
  await panel(page).getByRole('button', { name: 'Pause 2 functions' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('add-to-crm, notify-slack').waitFor()
  expect(await axeFindings(page, '[role="dialog"]')).toEqual([])
  await dialog.getByLabel('Why').fill('The CRM is being moved')
  await dialog.getByRole('button', { name: 'Pause 2 functions' }).click()
  await panel(page).getByRole('button', { name: 'Resume 2 functions' }).waitFor()
  await expect.poll(() => named('add-to-crm').getAttribute('aria-label')).toContain('paused')
  expect(await named('audit-log').getAttribute('aria-label')).not.toContain('paused')
  const paused = await page.context().newPage()
  await paused.goto(`${workspace}/functions`)
  await paused.getByRole('button', { name: 'Resume notify-slack' }).waitFor()
  await paused.close()
  await panel(page).getByRole('button', { name: 'Resume 2 functions' }).click()
  await panel(page).getByRole('button', { name: 'Pause 2 functions' }).waitFor()
  await expect.poll(() => named('add-to-crm').getAttribute('aria-label')).not.toContain('paused')
})

test('of what a box has selected a Shift-click takes one away, a drag moves the rest, and a click picks one', async () => {
  await nothingSelected()
  await page.keyboard.press('1')
  // The drawing glides to its place.
  const place = async () => JSON.stringify(await frames().first().boundingBox())
  let last = ''
  await expect.poll(async () => last === (last = await place()), { interval: 200 }).toBe(true)
  const selected = () => page.locator('.react-flow__node-function.selected')
  const [first, second] = [(await frames().nth(0).boundingBox())!, (await frames().nth(1).boundingBox())!]
  await drag(page, { x: second.x + second.width + 40, y: second.y + second.height / 2 }, { x: first.x + first.width - 20, y: first.y + 10 })
  await expect.poll(() => selected().count()).toBe(2)
  const head = (box: { x: number; y: number }) => ({ x: box.x + 60, y: box.y + 12 })
  await page.keyboard.down('Shift')
  await page.mouse.click(head(first).x, head(first).y)
  await page.keyboard.up('Shift')
  await expect.poll(() => selected().count()).toBe(1)
  await page.keyboard.down('Shift')
  await page.mouse.click(head(first).x, head(first).y)
  await page.keyboard.up('Shift')
  await expect.poll(() => selected().count()).toBe(2)
  await drag(page, head(first), { x: head(first).x + 64, y: head(first).y })
  const right = async () => Math.min((await frames().nth(0).boundingBox())!.x - first.x, (await frames().nth(1).boundingBox())!.x - second.x)
  await expect.poll(right).toBeGreaterThan(40)
  expect(await selected().count()).toBe(2)
  await page.mouse.click(head(first).x + 64, head(first).y)
  await expect.poll(() => page.locator('.react-flow__node.selected').count()).toBe(1)
})

test('an added note is undone and done again by key, as often as one likes', async () => {
  await nothingSelected()
  const before = await notes().count()
  await page.keyboard.press('Shift+S')
  await panel(page).getByLabel('Text').waitFor()
  await page.keyboard.press('Escape')
  for (const [keys, more] of [['z', 0], ['y', 1], ['z', 0], ['Shift+z', 1], ['z', 0]] as const) {
    await page.keyboard.press(`Control+${keys}`)
    await expect.poll(() => notes().count()).toBe(before + more)
  }
})
