/** What axe has to say of a page or a part of it, one line each. */
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

export async function axeFindings(page: Page, part?: string): Promise<string[]> {
  // What is still fading in has the contrast of a ghost.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)))
  await page.evaluate(axe)
  const { violations } = await page.evaluate((selector) => (window as unknown as { axe: { run(context: unknown, options: object): Promise<AxeResults> } })
    .axe.run(selector ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }), part)
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`))
}
