/** Two people in one workflow see each other, and neither overwrites the other. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dragFromPalette, keepPicture, newWorkflow, saved, signUp } from '#tests/e2e/editor-page.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'

let app: TestApp
let ada: Page
let ben: Page
beforeAll(async () => {
  app = await startTestApp()
  ada = await app.newPage()
  ben = await app.newPage()
})
afterAll(async () => {
  await keepPicture(ada, 'together-ada')
  await keepPicture(ben, 'together-ben')
  await app.stop()
})

test('pointers, selections and edits of the other appear; edits of both are kept', async () => {
  const workspace = await signUp(ada, { workspace: 'Together', email: 'ada@together.example', password: 'correct horse battery' })
  await newWorkflow(ada, workspace, 'Shared')
  const address = new URL(ada.url()).pathname
  // Ben sits at another computer with an account of the same workspace.
  await signUp(ben, { workspace: 'Bens own', email: 'ben@together.example', password: 'correct horse battery' })
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: app.database.url })
  await client.connect()
  await client.query(`insert into membership (workspace_id, user_id, role) select w.id, u.id, 'editor' from workspace w, user_account u where w.name = 'Together' and u.email = 'ben@together.example'`)
  await client.end()
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

  await ben.close()
  await ada.getByTestId('present').waitFor({ state: 'detached' })
})
