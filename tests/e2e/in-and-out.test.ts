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
  expect((await downloaded('Selection as SVG')).text).toContain('create-billing-trial')
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
