/** Drawings leave as files and come back: a whole one, a part of one, and one that does not fit. Several things are set at once. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { axeFindings } from './axe.ts'
import { keepPicture, newWorkflow, panel, saved, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'in-and-out')))

let whole: string
let part: string

async function downloaded(item: string): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Download' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()])
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
}

/** As a person who drags a file from a folder onto the page. */
async function drop(name: string, text: string, selector: string): Promise<void> {
  await page.evaluate(({ file, content, over }) => {
    const data = new DataTransfer()
    data.items.add(new File([content], file, { type: 'application/json' }))
    const target = document.querySelector(over)!
    const { x, y, width, height } = target.getBoundingClientRect()
    for (const type of ['dragenter', 'dragover', 'drop']) target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data, clientX: x + width / 2, clientY: y + height / 2 }))
  }, { file: name, content: text, over: selector })
}

test('the whole drawing, the selection and its picture leave as files', async () => {
  await page.goto(`${workspace}/workflows/signup-pipeline`)
  await page.locator('.react-flow__node-function').filter({ hasText: 'create-billing-trial' }).click({ position: { x: 60, y: 12 } })
  const all = await downloaded('Workflow as JSON')
  const selection = await downloaded('Selection as JSON')
  expect([all.name, selection.name]).toEqual(['signup-pipeline.json', 'signup-pipeline-selection.json'])
  whole = all.text
  part = selection.text
  expect((JSON.parse(part) as { nodes: { id: string }[] }).nodes.map((node) => node.id).sort()).toEqual(['f_create-billing-trial', 's_create-billing-trial_create_customer', 's_create-billing-trial_start_trial'])
  const picture = (await downloaded('Selection as SVG')).text
  expect(picture).toContain('create-billing-trial')
  expect(picture).toContain('tabler-icon-world')
})

test('an exported workflow comes back under names of its own, after saying so; what does not fit is listed, and what is no drawing refused', async () => {
  const file = JSON.parse(whole) as { graph: { nodes: Record<string, object> } }
  file.graph.nodes['ghost'] = { id: 'ghost', type: 'ghost' }
  await page.goto(`${workspace}/workflows`)
  await page.getByRole('button', { name: 'Import' }).waitFor()
  await page.waitForLoadState('networkidle')
  await drop('copy.json', JSON.stringify(file), 'main')
  const dialog = page.getByTestId('import')
  await dialog.getByText('add-to-crm-2').waitFor()
  await dialog.getByText('One part does not fit').waitFor()
  expect(await axeFindings(page, '[role="dialog"]')).toEqual([])
  await dialog.getByLabel('Name').fill('Signup copy')
  await dialog.getByRole('button', { name: 'Import what fits' }).click()
  await page.waitForURL(/\/workflows\/signup-copy$/)
  await page.locator('.react-flow__node-function').filter({ hasText: 'add-to-crm-2' }).waitFor()
  expect(await page.locator('.react-flow__node-function').count()).toBe(5)
  await page.goto(`${workspace}/workflows`)
  await page.locator('input[type=file]').setInputFiles({ name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"hello": ') })
  await page.getByTestId('import').getByText('The file is not JSON', { exact: false }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.locator('input[type=file]').setInputFiles({ name: 'lead.json', mimeType: 'application/json', buffer: Buffer.from('{"name":"Lead intake","nodes":[{"name":"Create contact","type":"n8n-nodes-base.httpRequest"}],"connections":{}}') })
  await page.getByRole('dialog').getByText('This is an n8n workflow, "Lead intake"', { exact: false }).waitFor()
  await page.getByRole('dialog').getByText('An HTTP request step', { exact: false }).waitFor()
  expect(await axeFindings(page, '[role="dialog"]')).toEqual([])
  await page.getByRole('dialog').getByRole('link', { name: 'See the templates' }).click()
  await page.waitForURL(/\/templates$/)
})

test('copied parts dropped on a canvas are inserted; several things are arranged and set as one undo step each', async () => {
  await newWorkflow(page, workspace, 'Parts')
  await drop('part.json', part, '[data-testid="canvas"]')
  await drop('part.json', part, '[data-testid="canvas"]')
  await page.locator('.react-flow__node-function').nth(1).waitFor()
  expect((await page.locator('.react-flow__node-function').allInnerTexts()).join()).toMatch(/create-billing-trial-2[^]*create-billing-trial-3/)
  await page.getByTestId('canvas').press('ControlOrMeta+a')
  await panel(page).getByText('2 functions, 4 steps').waitFor()
  await panel(page).getByRole('button', { name: 'Align left edges' }).click()
  await panel(page).getByLabel(/^Retries of/).fill('7')
  await panel(page).getByRole('button', { name: 'Set' }).first().click()
  await page.getByRole('button', { name: 'Undo' }).hover()
  await page.getByText('Undo: Set retries of 6 things to 7').waitFor()
  await saved(page)
  await panel(page).getByRole('button', { name: 'Close the panel' }).click()
  await page.locator('.react-flow__node-step').filter({ hasText: 'Start trial' }).last().click()
  await page.keyboard.press('g')
  await panel(page).getByText('Starts on').waitFor()
  expect(await page.locator('.react-flow__node-function').count()).toBe(3)
})

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
const script = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
const at = { x: 0, y: 0 }

test('a file that means harm is explained, and what fits of it is only text', async () => {
  await page.goto(`${workspace}/workflows`)
  await page.getByRole('button', { name: 'Import' }).waitFor()
  const choose = (text: string): Promise<void> => page.locator('input[type=file]').setInputFiles({ name: `${script}.json`, mimeType: 'application/json', buffer: Buffer.from(text) })
  const dialog = page.getByTestId('import')
  const notes = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, { id: `n${i}`, type: 'note', text: 'x', position: at, size: { w: 90, h: 40 } }]))
  for (const [text, words] of [[nested(1_000_000), 'it has to be an object'], [JSON.stringify({ version: 1, nodes: notes, edges: {} }), '5,000 is the most']] as const) {
    await choose(text)
    await dialog.getByRole('alert').getByText(words, { exact: false }).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await dialog.getByRole('alert').waitFor({ state: 'hidden' })
  }
  const nodes = {
    e: { id: 'e', type: 'event', position: at, event: 'a/b' },
    f: { id: 'f', type: 'function', position: { x: 300, y: 0 }, size: { w: 320, h: 140 }, slug: 'one', retries: 1 },
    s: { id: 's', type: 'step', parent: 'f', position: { x: 24, y: 48 }, key: 'one', name: script, kind: 'transform', config: { values: [] } },
    n: { id: 'n', type: 'note', position: { x: 0, y: 200 }, size: { w: 300, h: 120 }, text: `${script}\n\n[press](javascript:window.hacked=1) [safe](https://north.example)` },
    deep: { id: 'deep', type: 'event', position: at, event: 'a/deep', sample: { x: 'HERE' } },
  }
  const edges = { a: { id: 'a', type: 'order', source: 's', target: 's', port: 'out' } }
  await choose(JSON.stringify({ name: script.slice(0, 60), graph: { version: 1, nodes, edges } }).replace('"HERE"', nested(50_000)))
  await dialog.getByText('It nests lists or objects deeper than 200 levels.', { exact: false }).waitFor()
  await dialog.getByText('line a', { exact: false }).waitFor()
  await dialog.getByRole('button', { name: 'Import what fits' }).click()
  await page.locator('.react-flow__node-note').waitFor()
  await page.locator('.react-flow__node-note').getByRole('link', { name: 'safe' }).waitFor()
  expect(await page.locator('a[href^="javascript" i]').count()).toBe(0)
  await page.locator('.react-flow__node-step').click()
  await expect.poll(() => panel(page).getByLabel('Step name').inputValue()).toBe(script)
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
})

test('parts that cannot be kept stay out of the drawing, which goes on being saved', async () => {
  const event = (id: string, sample: string): string => `{"id":"${id}","type":"event","position":{"x":0,"y":0},"event":"a/${id}","sample":{"x":${sample}}}`
  await newWorkflow(page, workspace, 'Kept clean')
  await drop('part.json', `{"kind":"fanwise/drawing","nodes":[${event('good', '1')},${event('null', '"\\u0000"')},${event('half', '"\\ud800"')},${event('deep', nested(50_000))}],"edges":[]}`, '[data-testid="canvas"]')
  await page.locator('.react-flow__node-event').filter({ hasText: 'good' }).waitFor()
  await saved(page)
  await page.reload()
  await page.locator('.react-flow__node-event').waitFor()
  expect(await page.locator('.react-flow__node-event').count()).toBe(1)
})
