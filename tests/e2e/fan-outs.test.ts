/** Someone watches a list being sent item by item, pauses it, lowers its limit, lets it go on, sees what became of every item, and cancels another. */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'
import { axeFindings } from './axe.ts'
import { keepLook, keepPicture, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let pool: pg.Pool
let slug: string
let ws: string

beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  page.setDefaultTimeout(60_000)
  pool = new pg.Pool({ connectionString: app.database.url })
  slug = (await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })).split('/').at(-1)!
  ws = (await pool.query<{ id: string }>('select id::text as id from workspace where slug = $1', [slug])).rows[0]!.id
  // Half a minute at the limit of 20: long enough to be paused on a busy machine.
  await pool.query(`insert into playground_service (workspace_id, service, delay_ms) values ($1, 'mail', 200) on conflict (workspace_id, service) do update set delay_ms = 200`, [ws])
  await publish(pool, ws, [
    fn('weekly-digest', 'digest/weekly.due', [
      transform('prepare', { week: '{{ event.data.week }}' }),
      step('send_digests', 'emit-each', { items: '{{ event.data.users }}', event: 'digest/weekly.send', data: '{ "user": {{ item }} }' }, ['prepare']),
      step('results', 'gather', { of: 'send_digests', limit: '100' }, ['send_digests']),
    ]),
    fn('send-weekly-digest', 'digest/weekly.send', [
      transform('address', { to: '{{ event.data.user.email }}' }),
      step('mail', 'http', { method: 'POST', url: 'playground://mail/messages', bodyType: 'json', body: '{ "to": {{ steps.address.to }} }' }, ['address']),
    ], { concurrency: { limit: 20 } }),
  ])
})
afterAll(async () => {
  await pool.end()
  await app.stop()
})
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'fan-outs')))

const picture = (name: string): Promise<void> => keepLook(page, name)

const sentence = () => page.getByTestId('fan-out-sentence')

/** Sends the list; its fan-out is the first on the page. */
async function sendList(): Promise<void> {
  const key = (await pool.query<{ plain_text: string }>(`select plain_text from api_key where workspace_id = $1 and kind = 'event' and plain_text is not null limit 1`, [ws])).rows[0]!.plain_text
  const users = Array.from({ length: 3000 }, (_, n) => (n % 61 === 7 ? { id: `u${n}` } : { id: `u${n}`, email: `u${n}@north.example` }))
  const answer = await fetch(`${app.url}/e/${key}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'digest/weekly.due', data: { week: 47, users } }) })
  expect(answer.status).toBeLessThan(300)
  await page.goto(`/w/${slug}/fan-outs`)
}

test('a list is sent, and its fan-out found from the list', async () => {
  await sendList()
  await picture('list')
  await page.getByRole('link', { name: /weekly\.send/ }).first().click()
  await sentence().waitFor()
  await page.getByText('send-weekly-digest').first().waitFor()
  await picture('running')
})

test('paused, it stands; the limit is lowered; it goes on', async () => {
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('heading', { name: 'Paused' }).waitFor()
  expect(await sentence().textContent()).toMatch(/^Paused by .+ are held/)
  await page.getByLabel('Runs of send-weekly-digest at once').fill('90')
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByText('set the limit of send-weekly-digest from 20 to 90').waitFor()
  await picture('paused')
  // Slower than the news of it: the page still shows that it goes on while it does.
  await page.route(/\/api\/trpc\/.*fanOuts\./, async (route) => {
    await new Promise((answered) => setTimeout(answered, 800))
    await route.continue()
  })
  await page.getByRole('button', { name: 'Resume' }).click()
  // On a slow machine few may be left.
  await page.getByRole('heading', { name: /^(Running|Settled)$/ }).waitFor()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

test('settled, every item has its outcome and the failed ones their reason', async () => {
  await page.getByRole('heading', { name: 'Settled' }).waitFor({ timeout: 120_000 })
  expect(await sentence().textContent()).toMatch(/^Everything has ended after .+: 2,950 done, 50 failed\.$/)
  await page.getByRole('radiogroup', { name: 'Which items' }).getByText('Failed').click()
  const items = page.getByRole('region', { name: 'Items' }).getByRole('listitem')
  await until(async () => (await items.count()) === 50, 'the failed ones are listed', 20_000)
  expect(await items.filter({ hasText: 'is missing' }).count()).toBe(50)
  await picture('settled')
  await page.getByRole('link', { name: /Sent by/ }).click()
  await page.getByTestId('run-sentence').waitFor()
  await page.getByText(/send_digests/).first().click()
  await page.getByText('Open the fan-out').waitFor()
  await picture('run')
})

test('the rest is cancelled from its dialog, with what runs if that is chosen', async () => {
  await pool.query(`update playground_service set delay_ms = 3000 where workspace_id = $1 and service = 'mail'`, [ws])
  await sendList()
  await until(async () => {
    const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from fan_out where workspace_id = $1`, [ws])
    return rows[0]!.n === 2
  }, 'the second has begun', 60_000)
  await page.reload()
  await page.getByRole('link', { name: /weekly\.send/ }).first().click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('heading', { name: 'Paused' }).waitFor()
  await page.getByRole('button', { name: 'Cancel the rest' }).click()
  const dialog = page.getByRole('dialog', { name: 'Cancel the rest?' })
  await dialog.getByLabel('Also end what runs now').check()
  expect(await axeFindings(page)).toEqual([])
  await picture('cancel')
  await dialog.getByRole('button', { name: 'Cancel the rest' }).click()
  await page.getByRole('heading', { name: 'Settled' }).waitFor({ timeout: 120_000 })
  expect(await sentence().textContent()).toMatch(/ cancelled\./)
  await page.getByText('cancelled the rest').waitFor()
})
