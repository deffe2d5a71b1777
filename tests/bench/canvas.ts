/**
 * The editor with 100, 1,000 and 3,000 nodes in headless Chromium: frames a second while panning,
 * dragging an event and drawing a selection box, how long a move of the pointer takes until its frame
 * is drawn, how long a click takes until it is drawn as selected, and what tidying up costs the page.
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
  /** From a move of the pointer to the end of its frame. */
  latency: number
}

/** Counts the frames the page draws while something is done to it. */
async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = []
    const latencies: number[] = []
    const onMove = (event: PointerEvent): void => {
      const drawn = new MessageChannel()
      drawn.port1.onmessage = () => latencies.push(performance.now() - event.timeStamp)
      requestAnimationFrame(() => drawn.port2.postMessage(null))
    }
    window.addEventListener('pointermove', onMove, { capture: true, passive: true })
    Object.assign(window, { frameTimes: times, latencies, countFrames: true, stopWatching: () => window.removeEventListener('pointermove', onMove, { capture: true }) })
    const next = (now: number): void => {
      times.push(now)
      if ((window as unknown as { countFrames: boolean }).countFrames) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await work()
  const { times, latencies } = await page.evaluate(() => {
    Object.assign(window, { countFrames: false })
    const seen = window as unknown as { frameTimes: number[]; latencies: number[]; stopWatching(): void }
    seen.stopWatching()
    return { times: seen.frameTimes, latencies: seen.latencies }
  })
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  return { fps: 1000 / (gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length), slowest: quantile(gaps, 0.95), latency: quantile(latencies, 0.95) }
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

/** An event well inside the canvas: at its edge, a drag would move the view. */
async function eventInside(page: Page): Promise<{ x: number; y: number }> {
  for (const box of await page.locator('.react-flow__node-event').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect))) {
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    if (at.x > 320 && at.x < 900 && at.y > 200 && at.y < 640) return at
  }
  throw new Error('No event is in the middle of the view.')
}

/** The longest stretch in which the page could not answer while a thousand things were laid out, and how long that took. */
async function tidyCost(page: Page): Promise<{ longest: number; total: number }> {
  await page.evaluate(() => {
    const seen = { longest: 0, last: performance.now(), on: true }
    Object.assign(window, { seen })
    const tick = (): void => {
      const now = performance.now()
      seen.longest = Math.max(seen.longest, now - seen.last)
      seen.last = now
      if (seen.on) setTimeout(tick, 0)
    }
    tick()
  })
  const begun = performance.now()
  await page.keyboard.press('Shift+Alt+T')
  await page.getByRole('status').or(page.getByRole('alert')).filter({ hasText: 'Laying out' }).waitFor({ timeout: 5000 }).catch(() => undefined)
  await page.getByText('Laying out').waitFor({ state: 'detached', timeout: 120_000 })
  return { ...(await page.evaluate(() => {
    const { seen } = window as unknown as { seen: { longest: number; on: boolean } }
    seen.on = false
    return { longest: seen.longest }
  })), total: performance.now() - begun }
}

/** From the press until the node is drawn as selected. */
async function selectLatency(page: Page): Promise<number> {
  const at = await eventInside(page)
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
  await page.mouse.click(at.x, at.y)
  await page.waitForFunction(() => 'selectedAfter' in window)
  const latency = await page.evaluate(() => (window as unknown as { selectedAfter: number }).selectedAfter)
  await page.evaluate(() => Reflect.deleteProperty(window, 'selectedAfter'))
  await page.keyboard.press('Escape')
  return latency
}

/** An event in the middle of the view, at full size. */
async function zoomToMiddle(page: Page): Promise<void> {
  await page.waitForTimeout(500)
  const at = await eventInside(page)
  await page.mouse.click(at.x, at.y)
  await page.keyboard.press('2')
  await page.waitForTimeout(500)
  await page.keyboard.press('0')
  await page.keyboard.press('Escape')
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
      await page.keyboard.press('1')
      if (zoom === '100 %') await zoomToMiddle(page)
      await page.waitForTimeout(600)
      const done: Record<'pan' | 'drag' | 'box', Frames[]> = { pan: [], drag: [], box: [] }
      const clicks: number[] = []
      for (let round = 0; round < rounds; round++) {
        done.pan.push(await framesWhile(page, () => sweep(page, { x: 700, y: 400 }, round % 2 === 0 ? { x: 500, y: 330 } : { x: 900, y: 470 }, 'middle')))
        const at = await eventInside(page)
        done.drag.push(await framesWhile(page, () => sweep(page, at, { x: at.x + 60, y: at.y + 40 }, 'left')))
        done.box.push(await framesWhile(page, () => sweep(page, { x: 260, y: 870 }, { x: 900, y: 200 }, 'left')))
        await page.keyboard.press('Escape')
        clicks.push(await selectLatency(page))
      }
      for (const [what, frames] of Object.entries(done)) {
        const fps = frames.map((one) => one.fps)
        const label = `${size} nodes at ${zoom}: ${what}, frames a second (p95 ${median(frames.map((one) => one.slowest)).toFixed(0)} ms, pointer to frame p95 ${median(frames.map((one) => one.latency)).toFixed(0)} ms)`
        if (size <= 1000) met = verdict(label, fps, goal) && met
        else console.log(`      ${label}: ${median(fps).toFixed(1)}`)
      }
      console.log(`      ${size} nodes at ${zoom}: click → drawn as selected, median ${median(clicks).toFixed(0)} ms`)
    }
    const { longest, total } = await tidyCost(page)
    console.log(`      ${size} nodes: tidied up in ${(total / 1000).toFixed(1)} s beside the page, which answered within ${longest.toFixed(0)} ms at any time`)
  }
} finally {
  await browser.close()
  await product.stop()
  await session.close()
}
process.exit(met ? 0 : 1)
