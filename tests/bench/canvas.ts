/**
 * The editor with 100, 1,000 and 3,000 nodes in headless Chromium: frames a second while panning,
 * dragging a function and drawing a selection box, and how long a click takes until it is drawn.
 */
import { chromium, type Page } from 'playwright-core'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { newWorkflow, signUp } from '../e2e/editor-page.ts'
import { startProduct } from './product.ts'
import { median, openSession, quantile, verdict } from './session.ts'

const sizes = process.argv[2] === undefined ? [100, 1000, 3000] : [Number(process.argv[2])]
const rounds = Number(process.argv[3] ?? 3)
const goal = 50
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

/** Every tenth node is an event, each with three functions of two steps. */
function drawingOf(nodes: number): GraphDocument {
  let document = emptyDocument()
  for (let group = 0; group * 10 < nodes; group++) {
    const x = (group % 12) * 900
    const y = Math.floor(group / 12) * 560
    const event = addEvent(document, { position: { x, y: y + 200 }, event: `order/placed.${group}` })
    document = event.document
    for (let n = 0; n < 3; n++) {
      const frame = addFunction(document, { position: { x: x + 320, y: y + n * 160 }, slug: `book-${group}-${n}` })
      const first = addStep(frame.document, { parent: frame.id, kind: 'http' })
      const second = addStep(first.document, { parent: frame.id, kind: 'transform', after: first.id })
      const joined = connect(second.document, { source: event.id, target: frame.id })
      document = 'document' in joined ? joined.document : second.document
    }
  }
  return document
}

interface Frames {
  fps: number
  slowest: number
}

/** Counts the frames the page draws while something is done to it. */
async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { frameTimes: times, countFrames: true })
    const next = (now: number): void => {
      times.push(now)
      if ((window as unknown as { countFrames: boolean }).countFrames) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await work()
  const times = await page.evaluate(() => {
    Object.assign(window, { countFrames: false })
    return (window as unknown as { frameTimes: number[] }).frameTimes
  })
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  return { fps: 1000 / (gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length), slowest: quantile(gaps, 0.95) }
}

/** One move of the pointer for each frame drawn, as a hand makes them. */
async function sweep(page: Page, from: { x: number; y: number }, to: { x: number; y: number }, button: 'left' | 'middle'): Promise<void> {
  const moves = 60
  await page.mouse.move(from.x, from.y)
  await page.mouse.down({ button })
  for (let i = 1; i <= moves; i++) {
    await page.mouse.move(from.x + ((to.x - from.x) * i) / moves, from.y + ((to.y - from.y) * i) / moves)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  await page.mouse.up({ button })
}

/** From the press until the node is drawn as selected. */
async function selectLatency(page: Page): Promise<number> {
  const node = (await page.locator('.react-flow__node-event').first().boundingBox())!
  await page.evaluate(() => {
    window.addEventListener('pointerdown', () => {
      const start = performance.now()
      const look = (): void => {
        if (document.querySelector('.react-flow__node.selected')) Object.assign(window, { selectedAfter: performance.now() - start })
        else requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    }, { once: true, capture: true })
  })
  await page.mouse.click(node.x + node.width / 2, node.y + node.height / 2)
  await page.waitForFunction(() => 'selectedAfter' in window)
  const latency = await page.evaluate(() => (window as unknown as { selectedAfter: number }).selectedAfter)
  await page.evaluate(() => Reflect.deleteProperty(window, 'selectedAfter'))
  await page.keyboard.press('Escape')
  return latency
}

const session = await openSession()
const product = await startProduct(session.adminUrl, 'bench_canvas', [])
const url = product.url.replace('127.0.0.1', 'localhost')
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: flags })
let met = true
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: url })).newPage()
  const workspace = await signUp(page, { workspace: 'Bench', email: 'bench@north.example', password: 'a long enough password' })
  await newWorkflow(page, workspace, 'Large')
  const drawing = page.url()
  for (const size of sizes) {
    await product.pool.query('update workflow set draft = $1, draft_revision = draft_revision + 1', [JSON.stringify(drawingOf(size))])
    await page.goto(drawing)
    await page.locator('.react-flow__node-event').first().waitFor()
    for (const zoom of ['everything', '100 %']) {
      await page.mouse.click(700, 880)
      await page.keyboard.press(zoom === 'everything' ? '1' : '0')
      await page.waitForTimeout(600)
      const done: Record<'pan' | 'drag' | 'box', Frames[]> = { pan: [], drag: [], box: [] }
      const clicks: number[] = []
      for (let round = 0; round < rounds; round++) {
        done.pan.push(await framesWhile(page, () => sweep(page, { x: 700, y: 400 }, round % 2 === 0 ? { x: 500, y: 330 } : { x: 900, y: 470 }, 'middle')))
        const node = (await page.locator('.react-flow__node-event').first().boundingBox())!
        const at = { x: node.x + node.width / 2, y: node.y + node.height / 2 }
        done.drag.push(await framesWhile(page, () => sweep(page, at, { x: at.x + 60, y: at.y + 40 }, 'left')))
        done.box.push(await framesWhile(page, () => sweep(page, { x: 260, y: 870 }, { x: 900, y: 200 }, 'left')))
        await page.keyboard.press('Escape')
        clicks.push(await selectLatency(page))
      }
      for (const [what, frames] of Object.entries(done)) {
        const fps = frames.map((one) => one.fps)
        const label = `${size} nodes at ${zoom}: ${what}, frames a second (p95 ${median(frames.map((one) => one.slowest)).toFixed(0)} ms)`
        if (size <= 1000) met = verdict(label, fps, goal) && met
        else console.log(`      ${label}: ${median(fps).toFixed(1)}`)
      }
      console.log(`      ${size} nodes at ${zoom}: click → drawn as selected, median ${median(clicks).toFixed(0)} ms`)
    }
  }
} finally {
  await browser.close()
  await product.stop()
  await session.close()
}
process.exit(met ? 0 : 1)
