/**
 * The canvas by hand and by key: a step goes between two others, things are walked, moved, copied and
 * pasted (also from another tab, and from somebody who means harm), and every page passes axe in both themes.
 */
import pg from 'pg'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { publicId } from '#base/ids.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { fn, publish, step as stepOf, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'
import { axeFindings } from './axe.ts'
import { drag, dragFromPalette, keepPicture, middle, newWorkflow, panel, saved, signUp } from './editor-page.ts'
import { pickSeveral, spreadOn, swipe } from './fingers.ts'

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

test('a step that is dragged onto a line goes between the two, whose chain it leaves whole, in one step to undo', async () => {
  const corner = async (name: string) => (await step(name).boundingBox())!
  const names = ['HTTP request', 'Transform', 'Send e-mail']
  const order = async () => (await Promise.all(names.map(async (name) => ({ name, x: (await corner(name)).x })))).sort((a, b) => a.x - b.x).map(({ name }) => name)
  const [left, right, held] = [await corner('HTTP request'), await corner('Transform'), await middle(step('Send e-mail'))]
  await page.mouse.move(held.x, held.y)
  await page.mouse.down()
  await page.mouse.move(held.x - 8, held.y, { steps: 2 })
  await page.mouse.move((left.x + left.width + right.x) / 2, right.y + right.height / 2, { steps: 8 })
  await page.getByTestId('drop-hint').getByText('goes between HTTP request and Transform').waitFor()
  await page.mouse.up()
  await expect.poll(order).toEqual(['HTTP request', 'Send e-mail', 'Transform'])
  expect(await page.locator('.react-flow__edge-order').count()).toBe(2)
  await page.keyboard.press('Control+z')
  await page.getByText('Undone: Move Send e-mail between HTTP request and Transform').first().waitFor()
  await expect.poll(order).toEqual(names)
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
  // The next key is meant for the drawing already, however soon it comes.
  await page.keyboard.press('Escape')
  await page.keyboard.press('a')
  await page.getByLabel('Find what to add').waitFor()
  await page.keyboard.press('Escape')
  await page.getByLabel('Find what to add').waitFor({ state: 'detached' })
  await expect.poll(() => page.evaluate(() => document.activeElement?.classList.contains('react-flow__node'))).toBe(true)
  expect(await step('Charge').getAttribute('aria-label')).toContain('Charge')
})

test('one search finds what is drawn and brings the keyboard there; it answers in fields, too, and goes to other places', async () => {
  const search = page.getByRole('textbox', { name: 'Add, find, run or go to' })
  const found = (name: RegExp) => page.getByRole('dialog').getByRole('button', { name })
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.react-flow__node.selected').count()).toBe(0)
  await page.keyboard.press('Control+k')
  await search.fill('duplicate')
  await expect.poll(() => found(/^Duplicate/).isDisabled()).toBe(true)
  await search.fill('send e-mail')
  await found(/^Send e-mail.* in book-order/).click()
  await search.waitFor({ state: 'detached' })
  await expect.poll(() => page.locator('.react-flow__node.selected').textContent()).toContain('Send e-mail')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('node-step')
  await panel(page).getByLabel('Step name').click()
  await page.keyboard.press('Control+k')
  await search.fill('weekly')
  await found(/^Weekly digest/).waitFor()
  await page.keyboard.press('Escape')
  await search.waitFor({ state: 'detached' })
})

test('what is typed before the search has the keyboard is in it', async () => {
  const search = page.getByRole('textbox', { name: 'Add, find, run or go to' })
  const keyboard = await page.context().newCDPSession(page)
  // All at once: nobody waits until the field is there.
  const typed = (word: string) => [...word].map((letter) => keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', key: letter, text: letter, code: `Key${letter.toUpperCase()}`, windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0) }))
  await step('Charge').click()
  const many = await steps().count()
  await Promise.all(typed('naaduplicate'))
  await search.waitFor()
  await expect.poll(() => search.inputValue()).toBe('aaduplicate')
  expect(await steps().count(), 'none of them was taken for a key of the canvas').toBe(many)
  await page.keyboard.press('Home')
  await page.keyboard.press('Delete')
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: /^Duplicate/ }).waitFor()
  await page.keyboard.press('Escape')
  await search.waitFor({ state: 'detached' })
  await keyboard.detach()
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
  const [original, copy] = await Promise.all([frames().first().boundingBox(), frames().last().boundingBox()])
  expect(copy!.y, 'it covers nothing of the first').toBeGreaterThan(original!.y + original!.height)
  await page.keyboard.press('Delete')
  await expect.poll(() => frames().count()).toBe(1)
})

test('with Space held a drag moves the view, also where it begins on a function; + comes nearer', async () => {
  const view = () => page.locator('.react-flow__viewport').getAttribute('style')
  const node = () => frames().first().getAttribute('style')
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  const [before, stood] = [await view(), await node()]
  const head = (await frames().first().boundingBox())!
  await page.keyboard.down('Space')
  await page.locator('[data-canvas][data-panning]').waitFor()
  await drag(page, { x: head.x + 60, y: head.y + 12 }, { x: head.x + 100, y: head.y + 60 })
  await page.keyboard.up('Space')
  await expect.poll(view).not.toBe(before)
  expect(await node()).toBe(stood)
  const zoom = async () => Number(/scale\(([\d.]+)\)/.exec((await view())!)![1])
  const near = await zoom()
  await page.getByTestId('canvas').press('Shift++')
  await expect.poll(zoom).toBeGreaterThan(near)
  await page.getByTestId('canvas').press('0')
  await expect.poll(zoom).toBe(1)
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
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(620, 720, { steps: 8 })
  await page.getByTestId('drop-hint').getByText('gets a function of its own').waitFor()
  await page.mouse.up()
  await page.getByTestId('drop-hint').waitFor({ state: 'detached' })
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
  // The view moves, too, once the panel of what was dragged opens over it: so it is measured against the event.
  const below = async (): Promise<number> => (await frames(tablet).first().boundingBox())!.y - (await tablet.locator('.react-flow__node-event').first().boundingBox())!.y
  const before = await below()
  await swipe(tablet, { x: panned.x + 60, y: panned.y + 12 }, { x: panned.x + 60, y: panned.y + 132 })
  await expect.poll(async () => (await below()) - before).toBeGreaterThan(60)
  await panel(tablet).waitFor()
  await panel(tablet).getByRole('button', { name: 'Close the panel' }).click()
  await panel(tablet).waitFor({ state: 'detached' })
  await frames(tablet).first().tap({ position: { x: 60, y: 12 } })
  await panel(tablet).waitFor()
  await panel(tablet).getByRole('button', { name: 'Close the panel' }).click()
  await spreadOn(tablet, steps(tablet).first())
  await pickSeveral(tablet)
  await context.close()
})

const boxes = (locator: Locator) => locator.evaluateAll((all) => all.map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect()
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) }
}))

test('a function collapses to a strip that keeps its lines; the others stay where they are, and one undo opens it', async () => {
  await page.goto(`${workspace}/workflows/order-cascade`)
  const frame = frames().filter({ hasText: 'process-order' })
  await frame.waitFor()
  const before = await boxes(frames())
  await frame.dblclick({ position: { x: 60, y: 12 } })
  await expect.poll(() => frame.getAttribute('aria-label')).toContain('collapsed, 5 steps')
  expect(await steps().filter({ hasText: 'Charge customer' }).count()).toBe(0)
  expect(await frame.locator('[data-sends]').count()).toBe(1)
  await expect.poll(() => page.locator('.react-flow__edge-derived').count()).toBe(1)
  const after = await boxes(frames())
  expect(after.slice(1)).toEqual(before.slice(1))
  expect(after[0]!.height).toBeLessThan(before[0]!.height)
  expect(await undoName()).toContain('Undo: Collapse process-order')
  await page.keyboard.press('Escape')
  await frame.click({ position: { x: 60, y: 12 } })
  await page.keyboard.press(']')
  await expect.poll(() => steps().filter({ hasText: 'Charge customer' }).count()).toBe(1)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect.poll(() => boxes(frames())).toEqual(before)
})

test('what is dragged lines up with what is near; with Alt it does not', async () => {
  await page.keyboard.press('1')
  const [moving, still] = [frames().filter({ hasText: 'send-order-sms' }), frames().filter({ hasText: 'update-loyalty-points' })]
  const left = (await still.boundingBox())!.x
  const from = (await moving.boundingBox())!
  const grab = { x: from.x + 40, y: from.y + 8 }
  await page.mouse.move(grab.x, grab.y)
  await page.mouse.down()
  await page.mouse.move(grab.x + 30, grab.y, { steps: 4 })
  await page.mouse.move(grab.x + 4, grab.y, { steps: 4 })
  await page.getByTestId('guides').waitFor()
  expect((await moving.boundingBox())!.x).toBeCloseTo(left, 0)
  await page.keyboard.down('Alt')
  await page.mouse.move(grab.x + 5, grab.y + 1)
  await page.getByTestId('guides').waitFor({ state: 'detached' })
  await page.keyboard.up('Alt')
  await page.mouse.up()
  await page.keyboard.press('Control+z')
})

test('tidying up happens in a worker and is one step back', async () => {
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  const before = await boxes(frames())
  const worker = page.waitForEvent('worker')
  await page.keyboard.press('Shift+Alt+T')
  await worker
  await expect.poll(undoName, { timeout: 30_000 }).toContain('Undo: Tidy up')
  await expect.poll(async () => JSON.stringify(await boxes(frames()))).not.toBe(JSON.stringify(before))
  await page.mouse.click(emptyPlace.x, emptyPlace.y)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('1')
  await expect.poll(() => boxes(frames())).toEqual(before)
})

test('every node is named with what it hangs together with, a frame says its rules, and an event leads to other workflows', async () => {
  expect(await step('Update inventory').getAttribute('aria-label')).toMatch(/^Step Update inventory, .+, in function process-order, after Charge customer, before Create fulfilment/)
  const frame = frames().filter({ hasText: 'send-order-sms' })
  expect(await frame.getAttribute('aria-label')).toContain('starts on order/confirmed')
  expect(await frame.getAttribute('aria-description')).toMatch(/^Retries twice .+ If it fails, no other function is affected\.$/)
  await frame.hover({ position: { x: 60, y: 10 } })
  await page.getByRole('tooltip').filter({ hasText: 'Retries twice' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('tooltip').filter({ hasText: 'Retries twice' }).waitFor({ state: 'detached' })
  await frame.click({ position: { x: 60, y: 10 } })
  await page.keyboard.press('[')
  await expect.poll(() => frame.getAttribute('aria-label')).toContain('collapsed')
  await panel(page).getByRole('button', { name: /^Limits/ }).click()
  await panel(page).getByRole('switch').first().focus()
  await page.keyboard.press('Control+z')
  await expect.poll(() => frame.getAttribute('aria-label')).not.toContain('collapsed')
  await newWorkflow(page, workspace, 'Elsewhere')
  await dragFromPalette(page, 'event', { x: 500, y: 300 })
  // The key works on what was just dragged, too.
  await page.getByTestId('palette-event').press('Enter')
  await expect.poll(() => page.locator('.react-flow__node-event').count()).toBe(2)
  await panel(page).getByLabel('Name').first().fill('order/confirmed')
  await panel(page).getByRole('link', { name: /notify-warehouse/ }).click()
  await page.waitForURL(/order-cascade\?node=/)
  await expect.poll(() => frames().filter({ hasText: 'notify-warehouse' }).getAttribute('class')).toContain('selected')
})

test('axe finds nothing in a drawing, nor on the pages of an approval, in both themes', async () => {
  const pages = { editor: drawing, ...(await anApproval()) }
  const found: string[] = []
  for (const dark of [false, true]) {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' })
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      found.push(...(await axeFindings(page)).map((finding) => `${name}, ${dark ? 'dark' : 'light'}: ${finding}`))
    }
  }
  expect(found).toEqual([])
})

/** A run that waits for a person: its page, and the page behind the link that the person gets. */
async function anApproval(): Promise<{ run: string; approve: string }> {
  const pool = new pg.Pool({ connectionString: app.database.url })
  try {
    const slug = workspace.split('/').at(-1)
    const ws = (await pool.query<{ id: string }>('select id::text as id from workspace where slug = $1', [slug])).rows[0]!.id
    await publish(pool, ws, [fn('refund', 'refund/asked', [
      transform('link', { url: '{{ approvals.ask }}' }),
      stepOf('ask', 'approval', { title: 'Refund 5 €?', timeout: '1h' }, ['link']),
    ])])
    const key = (await pool.query<{ plain_text: string }>(`select plain_text from api_key where workspace_id = $1 and kind = 'event' and plain_text is not null limit 1`, [ws])).rows[0]!.plain_text
    await fetch(`${app.url}/e/${key}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'refund/asked', data: {} }) })
    const link = await until(async () => (await pool.query<{ run: string; url: string | null }>(
      `select run_id::text as run, output->>'url' as url from step where workspace_id = $1 and step = 'link'`, [ws],
    )).rows[0] ?? null, 'the run waits for a person')
    return { run: `${workspace}/runs/${publicId('run', link.run)}`, approve: new URL(link.url!).pathname }
  } finally {
    await pool.end()
  }
}
