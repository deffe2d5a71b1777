/** What axe has to say of a page or a part of it, one line each. */
import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

/** All that another theme can change. */
const rulesOfColour = ['color-contrast', 'link-in-text-block']

/** @param what `colours` where the same page was asked about everything in another theme */
export async function axeFindings(page: Page, part?: string, what: 'everything' | 'colours' = 'everything'): Promise<string[]> {
  // What is still fading in has the contrast of a ghost.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)))
  await page.evaluate(axe)
  const runOnly = what === 'everything' ? ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] : { type: 'rule', values: rulesOfColour }
  const { violations } = await page.evaluate(({ selector, only }) => (window as unknown as { axe: { run(context: unknown, options: object): Promise<AxeResults> } })
    .axe.run(selector ?? document, { runOnly: only }), { selector: part, only: runOnly })
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`))
}
