/** Two people talk about a step: a comment with a mention, its mail and its link, an answer, and a thread that outlives its step. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { axeFindings } from './axe.ts'
import { keepPicture, signUp } from './editor-page.ts'

let app: TestApp
let ada: Page
let ben: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  ada = await app.newPage()
  ben = await app.newPage()
  workspace = await signUp(ada, { workspace: 'Talking', email: 'ada@talking.example', password: 'correct horse battery' })
  await signUp(ben, { workspace: 'Bens own', email: 'ben@talking.example', password: 'correct horse battery' })
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: app.database.url })
  await client.connect()
  await client.query(`update user_account set name = 'Ben Marsh' where email = 'ben@talking.example'`)
  // A viewer: may say something, may change nothing.
  await client.query(`insert into membership (workspace_id, user_id, role) select w.id, u.id, 'viewer' from workspace w, user_account u where w.name = 'Talking' and u.email = 'ben@talking.example'`)
  await client.end()
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(async () => {
  await keepPicture(ada, 'comments-ada')
  await keepPicture(ben, 'comments-ben')
}))

const comments = (page: Page) => page.getByTestId('comments')
const step = (page: Page) => page.locator('.react-flow__node-step').filter({ hasText: 'Create contact' })

test('by keyboard: comment on a step, complete a name, send; the step wears a mark', async () => {
  await ada.goto(`${workspace}/workflows/signup-pipeline`)
  await step(ada).click()
  await ada.keyboard.press('c')
  await ada.keyboard.type('Why three tries? @ma')
  await comments(ada).getByRole('option', { name: /Ben Marsh/ }).waitFor()
  await ada.keyboard.press('Enter')
  await ada.keyboard.type('knows **this**.')
  await ada.keyboard.press('ControlOrMeta+Enter')
  await comments(ada).getByText('@Ben Marsh').waitFor()
  expect(await comments(ada).locator('strong').innerText()).toBe('this')
  await ada.getByTestId('comment-mark').waitFor()
  expect(await ada.getByTestId('comment-mark').getAttribute('aria-label')).toBe('1 thread on Create contact')
  expect(await axeFindings(ada, '[data-testid="comments"]')).toEqual([])
})

test('who is mentioned finds it at home, opens the thread by its link, and answers; a thread outlives its step, and is resolved', async () => {
  await ben.goto(workspace)
  await ben.getByRole('link', { name: 'Home: mentioned in 1 comment' }).waitFor()
  await ben.getByRole('region', { name: 'Mentioned' }).getByRole('link').click()
  await comments(ben).getByText('Why three tries?', { exact: false }).waitFor()
  await ben.getByRole('link', { name: 'Home', exact: true }).waitFor()
  await comments(ben).getByLabel('Answer').fill('The CRM asks for it.')
  await comments(ben).getByRole('button', { name: 'Answer' }).click()
  await comments(ada).getByText('The CRM asks for it.').waitFor()
  // The mail leads to the same place.
  await ada.goto(`${workspace}/outbox`)
  await ada.getByText('ada@talking.example mentioned you in Signup pipeline').first().waitFor()
  // Deleted with its step, the thread stays readable; undo brings both back.
  await ada.goto(`${workspace}/workflows/signup-pipeline`)
  await step(ada).click()
  await ada.keyboard.press('Delete')
  await ada.getByTestId('comment-mark').waitFor({ state: 'detached' })
  await ada.getByRole('button', { name: 'Comments: 1 open' }).click()
  await ada.getByTestId('comment-thread').filter({ hasText: 'deleted' }).click()
  await comments(ada).getByText('The CRM asks for it.').waitFor()
  await comments(ada).getByRole('button', { name: 'Close the comments' }).click()
  await ada.keyboard.press('ControlOrMeta+z')
  await ada.getByTestId('comment-mark').click()
  await comments(ada).getByRole('button', { name: 'Resolve' }).click()
  await ada.getByTestId('comment-mark').waitFor({ state: 'detached' })
  await comments(ben).getByRole('button', { name: 'Reopen' }).waitFor()
})
