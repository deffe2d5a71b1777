/** Two people in one workflow see each other, and neither overwrites the other. */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { axeFindings } from '#tests/e2e/axe.ts'
import { dragFromPalette, keepPicture, newWorkflow, saved, signUp } from '#tests/e2e/editor-page.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'

let app: TestApp
let ada: Page
let ben: Page
let workspace: string
let address: string
beforeAll(async () => {
  app = await startTestApp()
  ada = await app.newPage()
  ben = await app.newPage()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(async () => {
  await keepPicture(ada, 'together-ada')
  await keepPicture(ben, 'together-ben')
}))

async function inDatabase(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

test('pointers, selections and edits of the other appear; edits of both are kept', async () => {
  workspace = await signUp(ada, { workspace: 'Together', email: 'ada@together.example', password: 'correct horse battery' })
  await newWorkflow(ada, workspace, 'Shared')
  address = new URL(ada.url()).pathname
  // Ben sits at another computer with an account of the same workspace.
  await signUp(ben, { workspace: 'Bens own', email: 'ben@together.example', password: 'correct horse battery' })
  await inDatabase(`insert into membership (workspace_id, user_id, role) select w.id, u.id, 'editor' from workspace w, user_account u where w.name = 'Together' and u.email = 'ben@together.example'`)
  await ben.goto(address)
  await ben.getByTestId('canvas').waitFor()

  await ada.getByTestId('present').waitFor()
  await ben.getByTestId('present').waitFor()
  await ben.mouse.move(700, 400)
  await ben.mouse.move(720, 420)
  await ada.getByTestId('pointer').getByText('ben@together.example').waitFor()

  await dragFromPalette(ada, 'function', { x: 700, y: 300 })
  await saved(ada)
  await ben.locator('.react-flow__node').first().waitFor()
  await dragFromPalette(ben, 'event', { x: 420, y: 320 })
  await saved(ben)
  await ada.locator('.react-flow__node').nth(1).waitFor()
  expect(await ada.locator('.react-flow__node').count()).toBe(2)
  expect(await ben.locator('.react-flow__node').count()).toBe(2)

  // On one and the same thing, each form says who else is there.
  for (const page of [ada, ben]) await page.locator('.react-flow__node-event').first().click()
  await ada.getByTestId('also-here').getByText('ben@together.example').waitFor()
  await ben.getByTestId('also-here').getByText('ada@together.example').waitFor()

  await ben.close()
  await ada.getByTestId('present').waitFor({ state: 'detached' })
})

test('two who write in one text both keep their words, and each caret its place', async () => {
  ben = await ben.context().newPage()
  await ben.goto(address)
  const text = (page: Page) => page.getByTestId('panel').getByLabel('Text')
  await ada.getByTestId('canvas').focus()
  await ada.keyboard.press('Escape')
  await ada.keyboard.press('Shift+S')
  await text(ada).fill('one three')
  // What she writes later is undone by itself.
  await text(ada).blur()
  await saved(ada)
  await ben.locator('.react-flow__node-note').click()
  await expect.poll(() => text(ben).inputValue()).toBe('one three')

  const goTo = (page: Page, place: number) => text(page).evaluate((field: HTMLTextAreaElement, at) => {
    field.focus()
    field.setSelectionRange(at, at)
  }, place)
  await Promise.all([goTo(ada, 4), goTo(ben, 9)])
  await Promise.all([ada.keyboard.type('two and ', { delay: 120 }), ben.keyboard.type(', then four', { delay: 120 })])
  for (const page of [ada, ben]) await expect.poll(() => text(page).inputValue()).toBe('one two and three, then four')
  const caret = (page: Page) => text(page).evaluate((field: HTMLTextAreaElement) => [field.selectionStart, field.selectionEnd])
  expect(await caret(ada)).toEqual([12, 12])
  expect(await caret(ben)).toEqual([28, 28])
  await saved(ada)

  await ada.getByRole('button', { name: /^Undo/ }).click()
  for (const page of [ada, ben]) await expect.poll(() => text(page).inputValue()).toMatch(/^one (?!two and three).*three, then four$/)
})

test('undoing an edit of one’s own leaves what another has set since', async () => {
  const event = (page: Page) => page.locator('.react-flow__node-event')
  const name = (page: Page) => page.getByTestId('panel').getByLabel('Name').first()
  for (const page of [ada, ben]) await event(page).click()
  await name(ada).fill('ada/first')
  await name(ada).blur()
  await expect.poll(() => name(ben).inputValue()).toBe('ada/first')
  await name(ben).fill('ben/later')
  await name(ben).blur()
  await expect.poll(() => name(ada).inputValue()).toBe('ben/later')
  await ada.getByRole('button', { name: /^Undo/ }).click()
  await ada.getByText('Somebody else has changed that since.').waitFor()
  for (const page of [ada, ben]) expect(await name(page).inputValue()).toBe('ben/later')
  await ben.close()
})

test('notes that two people add at the same moment do not lie upon each other', async () => {
  ben = await ben.context().newPage()
  await ben.goto(address)
  await ben.getByTestId('canvas').waitFor()
  for (const page of [ada, ben]) {
    await page.getByTestId('canvas').focus()
    await page.keyboard.press('Escape')
    await page.keyboard.press('1')
    await page.context().setOffline(true)
  }
  const notes = (page: Page) => page.locator('.react-flow__node-note')
  const before = await notes(ada).count()
  for (const page of [ada, ben]) await page.keyboard.press('Shift+S')
  for (const page of [ada, ben]) {
    await page.context().setOffline(false)
    await saved(page)
  }
  for (const page of [ada, ben]) {
    await expect.poll(() => notes(page).count()).toBe(before + 2)
    await expect.poll(async () => new Set(await notes(page).evaluateAll((all) => all.map((one) => (one as HTMLElement).style.transform))).size).toBe(before + 2)
  }
  await ben.close()
})

test('a viewer sees what others change without loading the page again', async () => {
  await inDatabase(`update membership set role = 'viewer' where role = 'editor'`)
  ben = await ben.context().newPage()
  await ben.goto(address)
  await ben.getByText('View only').waitFor()
  await ben.locator('.react-flow__node').nth(4).waitFor()
  for (const page of [ada, ben]) await page.getByTestId('present').waitFor()
  await ada.mouse.move(700, 400)
  await ada.mouse.move(720, 420)
  await ben.getByTestId('pointer').getByText('ada@together.example').waitFor()
  await ada.getByTestId('canvas').focus()
  await ada.keyboard.press('Escape')
  await ada.keyboard.press('Shift+S')
  await ada.getByTestId('panel').getByLabel('Text').fill('For Ben to read')
  await ben.locator('.react-flow__node-note').getByText('For Ben to read').waitFor()
})

test('a workflow that is deleted says so to whoever has it open, viewers too; its drawing can be kept, and it can be brought back', async () => {
  await ben.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.url })
  await saved(ada)
  const window = await ada.context().newPage()
  await window.goto(address)
  await window.locator('.react-flow__node').nth(5).waitFor()
  await ada.goto(`${workspace}/workflows`)
  const remove = async () => {
    await ada.getByRole('button', { name: 'Delete Shared' }).click()
    await ada.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
  }
  await remove()
  await ada.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
  await ada.getByText('Shared is back as a draft.', { exact: false }).waitFor()
  await remove()

  for (const page of [ben, window]) await page.getByTestId('deleted-note').getByText('This workflow was deleted.').waitFor()
  await window.getByTestId('palette-http').waitFor({ state: 'detached' })
  expect(await axeFindings(window, '[data-testid="deleted-note"]')).toEqual([])
  expect(await ben.getByRole('button', { name: 'Bring it back' }).count()).toBe(0)
  await ben.getByTestId('deleted-note').getByRole('button', { name: 'Copy as JSON' }).click()
  await ben.getByTestId('deleted-note').getByText('Copied').waitFor()
  const kept = JSON.parse(await ben.evaluate(() => navigator.clipboard.readText())) as { name: string; graph: { nodes: object } }
  expect([kept.name, Object.keys(kept.graph.nodes).length]).toEqual(['Shared', 6])

  await window.getByRole('button', { name: 'Bring it back' }).click()
  for (const page of [ben, window]) await page.getByTestId('deleted-note').waitFor({ state: 'detached' })
  await window.getByTestId('palette-http').waitFor()
  await window.close()
})
