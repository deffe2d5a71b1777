/** Two people talk about a step and about a place of the canvas: a comment with a mention, its mail and its link, an answer, a thread that outlives its step, and one that is moved. */
import type { Locator, Page } from 'playwright-core'
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
/** Words of the drawing that a mark lies over. */
const under = (mark: Locator) => mark.evaluate((element) => {
  const over = element.getBoundingClientRect()
  const words = document.createTreeWalker(document.querySelector('.react-flow__nodes')!, NodeFilter.SHOW_TEXT)
  const found: string[] = []
  while (words.nextNode() !== null) {
    const range = document.createRange()
    range.selectNodeContents(words.currentNode)
    const { left, right, top, bottom } = range.getBoundingClientRect()
    if (left < over.right && right > over.left && top < over.bottom && bottom > over.top) found.push(words.currentNode.textContent ?? '')
  }
  return found
})
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
  expect(await under(ada.getByTestId('comment-mark'))).toEqual([])
  expect(await axeFindings(ada, '[data-testid="comments"]')).toEqual([])
})

test('who is mentioned finds it at home, opens the thread by its link, and answers; a thread outlives its step, and is resolved', async () => {
  await ben.goto(workspace)
  await ben.getByRole('link', { name: 'Home: mentioned in 1 comment' }).waitFor()
  await ben.getByRole('region', { name: 'Mentioned' }).getByRole('link').click()
  await comments(ben).getByText('Why three tries?', { exact: false }).waitFor()
  await ben.getByRole('link', { name: 'Home', exact: true }).waitFor()
  // What is typed while an answer is under way is kept for the next one.
  let goOn = (): void => {}
  await ben.route(/comments\.answer/, (route) => new Promise<void>((resolve) => { goOn = resolve }).then(() => route.continue()), { times: 1 })
  const field = comments(ben).getByLabel('Answer')
  await field.fill('The CRM asks for it.')
  const asked = ben.waitForRequest(/comments\.answer/)
  await field.press('ControlOrMeta+Enter')
  await asked
  await field.press('End')
  await ben.keyboard.type(' Its limit is three.')
  goOn()
  await comments(ada).getByText('The CRM asks for it.').waitFor()
  await expect.poll(() => field.inputValue()).toBe('Its limit is three.')
  await field.fill('')
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

const point = (page: Page) => page.getByTestId('comment-point')
/** Where a mark's corner is on the screen. */
const corner = async (page: Page) => {
  const box = (await point(page).boundingBox())!
  return { x: Math.round(box.x), y: Math.round(box.y + box.height) }
}

test('a place of the canvas is chosen by pointer, and a thread there is dragged and seen moving by others', async () => {
  await ben.goto(`${workspace}/workflows/signup-pipeline`)
  await ben.locator('.react-flow__node-step').first().waitFor()
  await ada.keyboard.press('Escape')
  await ada.keyboard.press('Escape')
  await ada.getByRole('button', { name: 'Close the comments' }).click({ timeout: 1000 }).catch(() => undefined)
  await ada.getByRole('toolbar', { name: 'Drawing' }).getByRole('button', { name: 'Comment' }).click()
  await ada.getByTestId('placing-hint').waitFor()
  await ada.mouse.click(420, 780)
  await comments(ada).getByLabel('Comment at this place').waitFor()
  await ada.keyboard.type('Is a **welcome call** missing here?')
  await ada.keyboard.press('ControlOrMeta+Enter')
  await point(ada).waitFor()
  expect(await point(ada).getAttribute('aria-label')).toBe('Comment of ada@talking.example on the canvas: Is a welcome call missing here?')
  const at = await corner(ada)
  expect(Math.hypot(at.x - 420, at.y - 780)).toBeLessThan(4)
  await point(ben).waitFor()
  const seen = await corner(ben)
  await ada.mouse.move(at.x + 12, at.y - 12)
  await ada.mouse.down()
  await ada.mouse.move(at.x + 60, at.y - 40, { steps: 4 })
  await ada.mouse.move(at.x + 112, at.y - 72, { steps: 4 })
  await ada.mouse.up()
  expect(await corner(ada)).toEqual({ x: at.x + 100, y: at.y - 60 })
  await expect.poll(async () => (await corner(ben)).x - seen.x, { timeout: 20_000 }).toBeGreaterThan(20)
  // Dragging is no click, and no edit of the drawing.
  await ada.getByTestId('save-state').and(ada.locator('[data-kind=saved]')).waitFor()
  expect(await axeFindings(ada, '[data-testid="canvas"]')).toEqual([])
})

test('by keyboard: a place is chosen with the arrow keys, and a thread is moved with Ctrl and arrows, or to a new place', async () => {
  await comments(ada).getByRole('button', { name: 'Resolve' }).click()
  await point(ada).waitFor()
  await ada.getByRole('button', { name: 'Close the comments' }).click()
  await point(ada).waitFor({ state: 'detached' })
  await ada.locator('.react-flow__pane').click({ position: { x: 40, y: 740 } })
  await ada.keyboard.press('c')
  const ghost = ada.getByTestId('comment-placing')
  const before = (await ghost.boundingBox())!
  await ada.keyboard.press('ArrowRight')
  await ada.keyboard.press('Shift+ArrowDown')
  await expect.poll(async () => (await ghost.boundingBox())!.y - before.y).toBeGreaterThan(5)
  await ada.keyboard.press('Escape')
  await ghost.waitFor({ state: 'detached' })
  await ada.keyboard.press('c')
  await ghost.waitFor()
  await ada.keyboard.press('Enter')
  await comments(ada).getByLabel('Comment at this place').waitFor()
  await ada.keyboard.type('Put here by keys')
  await ada.keyboard.press('ControlOrMeta+Enter')
  await point(ada).waitFor()
  const start = await corner(ada)
  await point(ada).focus()
  // Shown at once, stored a moment later.
  const storing = () => ada.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('comments.'))
  const lifted = storing()
  await ada.keyboard.press('ControlOrMeta+Shift+ArrowUp')
  await expect.poll(async () => (await corner(ada)).y).toBeLessThan(start.y)
  await lifted
  const moved = await corner(ada)
  await point(ben).waitFor()
  // What was moved is there after a reload: the server has it.
  await comments(ada).getByRole('button', { name: 'Move this thread' }).click()
  await ghost.waitFor()
  // A reload before it is stored would end the request.
  const stored = storing()
  await ada.mouse.click(500, 760)
  await expect.poll(async () => (await corner(ada)).x).not.toBe(moved.x)
  await stored
  await expect.poll(async () => {
    await ada.reload()
    await point(ada).waitFor()
    const there = await corner(ada)
    return Math.hypot(there.x - 500, there.y - 760) < 4
  }, { timeout: 30_000 }).toBe(true)
})

test('a phone shows what was said about a step and about a place', async () => {
  const phone = await app.newPage({ width: 390, height: 844 })
  await phone.context().addCookies(await ben.context().cookies())
  await step(ada).click()
  await ada.keyboard.press('c')
  await ada.keyboard.type('Seen on a phone?')
  await ada.keyboard.press('ControlOrMeta+Enter')
  await ada.getByTestId('comment-mark').waitFor()
  await phone.goto(`${workspace}/workflows/signup-pipeline`)
  await phone.getByRole('region', { name: 'Comments on the canvas' }).getByText('Put here by keys').waitFor()
  await phone.getByTestId('comment-point').click()
  await comments(phone).getByText('Put here by keys').waitFor()
  await phone.getByRole('button', { name: 'Close the comments' }).click()
  await phone.getByTestId('comment-mark').click()
  await comments(phone).getByText('Seen on a phone?').waitFor()
  expect(await axeFindings(phone)).toEqual([])
  await phone.context().close()
})
