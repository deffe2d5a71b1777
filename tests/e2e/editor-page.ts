/** What a person does with mouse and keyboard, as functions named after it. */
import type { Locator, Page } from 'playwright-core'

export interface Account {
  workspace: string
  email: string
  password: string
}

/** Signs up and lands in the new workspace; answers its path, `/w/<slug>`. */
export async function signUp(page: Page, account: Account): Promise<string> {
  await page.goto('/signup')
  await page.getByLabel('Workspace', { exact: true }).fill(account.workspace)
  await page.getByLabel('Work e-mail').fill(account.email)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: /create/i }).last().click()
  await page.waitForURL(/\/w\/[^/]+$/)
  return new URL(page.url()).pathname
}

/** Makes an empty workflow and waits for its canvas. */
export async function newWorkflow(page: Page, workspace: string, name: string): Promise<void> {
  await page.goto(`${workspace}/workflows`)
  await page.getByRole('button', { name: 'New workflow' }).first().click()
  await page.getByRole('dialog').getByRole('textbox').fill(name)
  await page.getByRole('dialog').getByRole('button', { name: /create|make/i }).click()
  await page.waitForURL(/\/workflows\/[^/]+$/)
  await page.getByTestId('canvas').waitFor()
}

/** Drags a palette item to a place on the screen. */
export async function dragFromPalette(page: Page, kind: string, to: { x: number; y: number }): Promise<void> {
  const from = await middle(page.getByTestId(`palette-${kind}`))
  await drag(page, from, to)
}

/** Draws a line from a node's way out onto another node's frame. */
export async function connect(page: Page, source: Locator, target: Locator): Promise<void> {
  const handle = source.locator('.react-flow__handle.source').first()
  const box = (await target.boundingBox())!
  await drag(page, await middle(handle), { x: box.x + 40, y: box.y + 12 })
}

export async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 8, from.y + 4, { steps: 2 })
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
}

export async function middle(locator: Locator): Promise<{ x: number; y: number }> {
  const box = (await locator.boundingBox())!
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** The side panel of what is selected. */
export const panel = (page: Page): Locator => page.getByTestId('panel')

/** Waits until the indicator says that everything is on the server. */
export async function saved(page: Page): Promise<void> {
  await page.locator('[data-testid=save-state][data-kind=saved]').waitFor()
}

/** What the screen showed when a test failed, for whoever looks into it. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `.fanwise/failed-tests/${name}-${Date.now()}.png` }).catch(() => {})
}

/** With a folder in SHOTS: what the page looks like, wide and on a phone, light and dark, for whoever works on the look. */
export async function keepLook(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS']
  if (folder === undefined) return
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    for (const [size, width, height] of [['wide', 1440, 900], ['phone', 390, 844]] as const) {
      await page.setViewportSize({ width, height })
      await page.screenshot({ path: `${folder}/${name}-${size}-${scheme}.png`, fullPage: size === 'phone' })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1440, height: 900 })
}
