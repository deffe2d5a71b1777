/** A run waits for a program that never comes; somebody sends the signal in its place, from the run page. */
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { publicId } from '#base/ids.ts'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { fn, publish, step, transform } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'
import { axeFindings } from './axe.ts'
import { keepLook, keepPicture, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let pool: pg.Pool
beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  page.setDefaultTimeout(60_000)
  pool = new pg.Pool({ connectionString: app.database.url })
})
afterAll(async () => {
  await pool.end()
  await app.stop()
})
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'signals')))

const picture = (name: string): Promise<void> => keepLook(page, name)

test('data that is no object is refused at its field; sent, the run goes on with it', async () => {
  const slug = (await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })).split('/').at(-1)!
  const ws = (await pool.query<{ id: string }>('select id::text as id from workspace where slug = $1', [slug])).rows[0]!.id
  await publish(pool, ws, [fn('take-payment', 'payment/begun', [
    step('paid', 'signal', { signal: 'payment-{{ event.data.order }}', timeout: '1d' }), transform('thank', { amount: '{{ steps.paid.amount }}' }, ['paid']),
  ])])
  const key = (await pool.query<{ plain_text: string }>(`select plain_text from api_key where workspace_id = $1 and kind = 'event' and plain_text is not null limit 1`, [ws])).rows[0]!.plain_text
  await fetch(`${app.url}/e/${key}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'payment/begun', data: { order: 7 } }) })
  const run = await until(async () => (await pool.query<{ id: string }>(`select run_id::text as id from job where workspace_id = $1 and state = 'w'`, [ws])).rows[0]?.id, 'it waits')
  await page.goto(`/w/${slug}/runs/${publicId('run', run)}`)
  const signal = page.getByRole('region', { name: 'Signal' })
  await signal.getByText('payment-7').waitFor()
  await page.getByText(/^Waiting for the signal payment-7, until/).waitFor()
  await signal.getByLabel('Data').fill('[12]')
  await signal.getByText('Write an object, such as').waitFor()
  expect(await signal.getByRole('button', { name: 'Send the signal' }).isDisabled()).toBe(true)
  await signal.getByLabel('Data').fill('{"amount": 12}')
  expect(await axeFindings(page)).toEqual([])
  await picture('signal')
  await signal.getByRole('button', { name: 'Send the signal' }).click()
  await signal.waitFor({ state: 'detached' })
  await page.getByTestId('run-sentence').filter({ hasText: /^Done in/ }).waitFor()
  const { rows } = await pool.query<{ output: unknown }>(`select output from step where workspace_id = $1 and step = 'thank'`, [ws])
  expect(rows).toEqual([{ output: { amount: 12 } }])
})
