/** What fingers do on a tablet. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { middle, panel } from './editor-page.ts'

/** A finger put down, moved and lifted. */
export async function swipe(on: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const client = await on.context().newCDPSession(on)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) => client.send('Input.dispatchTouchEvent', { type, touchPoints })
  await touch('touchStart', [from])
  for (let i = 1; i <= 8; i++) await touch('touchMove', [{ x: from.x + ((to.x - from.x) * i) / 8, y: from.y + ((to.y - from.y) * i) / 8 }])
  await touch('touchEnd', [])
  await client.detach()
}

/** Two fingers on a step come nearer, and move nothing. */
export async function spreadOn(tablet: Page, on: Locator): Promise<void> {
  const zoom = async () => Number(/scale\(([\d.]+)\)/.exec((await tablet.locator('.react-flow__viewport').getAttribute('style'))!)![1])
  const [before, stood, { x, y }] = [await zoom(), await on.getAttribute('style'), await middle(on)]
  const client = await tablet.context().newCDPSession(tablet)
  const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: number[]) => client.send('Input.dispatchTouchEvent', { type, touchPoints: at.map((left, id) => ({ x: left, y, id })) })
  await fingers('touchStart', x - 20)
  await fingers('touchStart', x - 20, x + 20)
  for (let i = 1; i <= 6; i++) await fingers('touchMove', x - 20 - i * 4, x + 20 + i * 4)
  await fingers('touchEnd')
  await client.detach()
  await expect.poll(zoom).toBeGreaterThan(before * 1.3)
  expect(await on.getAttribute('style')).toBe(stood)
  await tablet.getByRole('button', { name: 'Show everything' }).click()
  await expect.poll(zoom).toBeLessThan(before * 1.2)
}

/** Without a keyboard to hold: taps add and take away, a finger draws a box, and then there is one panel for all of them. */
export async function pickSeveral(tablet: Page): Promise<void> {
  const several = tablet.getByRole('button', { name: 'Select several' })
  const selected = tablet.locator('.react-flow__node.selected')
  await several.tap()
  await tablet.locator('.react-flow__node-step').nth(0).tap()
  await tablet.locator('.react-flow__node-step').nth(1).tap()
  await expect.poll(() => selected.count()).toBe(2)
  await tablet.locator('.react-flow__node-step').nth(0).tap()
  await expect.poll(() => selected.count()).toBe(1)
  const [event, frame] = [(await tablet.locator('.react-flow__node-event').first().boundingBox())!, (await tablet.locator('.react-flow__node-function').first().boundingBox())!]
  const low = Math.max(event.y + event.height, frame.y + frame.height) + 60
  await swipe(tablet, { x: event.x + 10, y: low }, { x: frame.x + 30, y: Math.min(event.y, frame.y) + 10 })
  await expect.poll(() => tablet.locator('.selected:is(.react-flow__node-event, .react-flow__node-function)').count()).toBe(2)
  expect(await tablet.locator('.react-flow__node-step').nth(1).getAttribute('class')).toContain('selected')
  // Right after a swipe the browser takes a tap for the end of a fling.
  await expect.poll(async () => {
    if ((await several.getAttribute('aria-pressed')) === 'true') await several.tap()
    return several.getAttribute('aria-pressed')
  }).toBe('false')
  await panel(tablet).getByRole('heading', { name: /^\d+ things$/ }).waitFor()
}
