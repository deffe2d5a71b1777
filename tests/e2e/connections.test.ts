/** A person keeps a connection and a secret, uses them in a step, and says go to a big fan-out. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { drawFunctions } from '#tests/support/drawing.ts'
import { until } from '#tests/support/until.ts'
import { keepPicture, panel, signUp } from './editor-page.ts'

let app: TestApp
let page: Page
let workspace: string
let key: string
const token = 'crm-token-never-shown-7781'

beforeAll(async () => {
  app = await startTestApp()
  page = await app.newPage()
  workspace = await signUp(page, { workspace: 'North Ops', email: 'mara@north.example', password: 'a long enough password' })
})
afterAll(() => app.stop())
beforeEach(({ onTestFailed }) => onTestFailed(() => keepPicture(page, 'connections')))

const look = async (name: string) => {
  if (process.env.REVIEW_PICTURES) await page.screenshot({ path: `${process.env.REVIEW_PICTURES}/${name}.png`, fullPage: true })
}

async function api(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${app.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer: unknown = await response.json()
  expect(response.status, JSON.stringify(answer)).toBeLessThan(300)
  return answer
}

test('a connection and a secret are kept in Settings, tested, and never shown again', async () => {
  await page.goto(`${workspace}/settings`)
  await page.getByRole('button', { name: 'New API key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Tests')
  await page.getByRole('button', { name: 'Make the key' }).click()
  key = await page.getByRole('dialog').locator('code').innerText()
  await page.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('button', { name: 'New connection' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('CRM')
  await dialog.getByLabel('Token', { exact: true }).fill(token)
  await dialog.getByRole('button', { name: 'Make the connection' }).click()
  await dialog.getByText('the secret goes nowhere else').waitFor()
  await dialog.getByLabel('Base address').fill('playground://crm')
  await look('connection-form')
  await dialog.getByRole('button', { name: 'Make the connection' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Test CRM' }).click()
  await page.getByLabel('Path').fill('/contacts')
  await page.getByRole('button', { name: 'Send a GET' }).click()
  await page.getByText(/crm answered \d+/).waitFor()

  await page.getByRole('button', { name: 'New secret' }).click()
  await dialog.getByLabel('Name').fill('SIGNING_KEY')
  await dialog.getByLabel('Value', { exact: true }).fill('another-never-shown-9920')
  await dialog.getByRole('button', { name: 'Keep the secret' }).click()
  await page.getByText('SIGNING_KEY').first().waitFor()
  await page.reload()
  await page.getByText('ends in 7781').waitFor()
  await look('settings')
  const shown = await page.content()
  for (const secret of [token, 'another-never-shown-9920']) expect(shown).not.toContain(secret)
})

test('a step signs in with it; a wrong host is a finding; its run shows names only', async () => {
  const step = { method: 'POST', url: 'playground://crm/contacts', query: [], headers: [], bodyType: 'json', body: '{ "email": "{{ event.data.email }}", "key": "{{ secrets.SIGNING_KEY }}" }', form: [], text: '', timeout: '30s', failOn: 'non-2xx' }
  await api('POST', '/workflows', { name: 'Leads', slug: 'leads', graph: drawFunctions([{ slug: 'add-contact', event: 'lead/came', kind: 'http', config: step as never }]) })
  await page.goto(`${workspace}/workflows/leads`)
  await page.locator('.react-flow__node-step').first().click()
  const form = panel(page)
  await form.getByLabel('Sign in with').click()
  await page.getByRole('option', { name: 'A connection' }).click()
  await form.getByText('No connection is chosen.').first().waitFor()
  await form.getByLabel('Connection', { exact: true }).click()
  await page.getByRole('option', { name: 'CRM' }).click()
  await form.getByText('No connection is chosen.').first().waitFor({ state: 'detached' })
  await look('step-with-connection')
  await page.locator('[data-testid=save-state][data-kind=saved]').waitFor()
  await page.getByTestId('publish').click()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
  const { ids } = await api('POST', '/events', { name: 'lead/came', data: { email: 'ada@north.io' } }) as { ids: string[] }
  const run = await until(async () => (await api('GET', `/runs?event=${ids[0]}&status=completed`) as { data: { id: string }[] }).data[0] ?? null, 'the run is done')
  await page.goto(`${workspace}/runs/${run.id}`)
  await page.getByRole('tab', { name: 'Input' }).click()
  await page.getByText('‹secret SIGNING_KEY›').first().waitFor()
  await look('run')
  expect(await page.content()).not.toContain('another-never-shown-9920')
})

test('above the size of the workspace its person says go, and only then anything is sent', async () => {
  await page.goto(`${workspace}/settings#fan-outs`)
  await page.getByText('Big fan-outs').waitFor()
  await page.locator('label').filter({ has: page.getByLabel('Big fan-outs wait for a go') }).click()
  await page.getByLabel('Items', { exact: true }).fill('20')
  await page.getByRole('combobox', { name: 'Who says go' }).click()
  await page.getByRole('option', { name: 'mara@north.example' }).click()
  await page.locator('#fan-outs').getByRole('button', { name: 'Save' }).click()
  await page.locator('#fan-outs').getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
  await api('POST', '/workflows', { name: 'Digest', slug: 'digest', publish: true, graph: drawFunctions([
    { slug: 'send-all', event: 'list/given', kind: 'emit-each', config: { items: '{{ event.data.items }}', event: 'digest/send', data: '{ "to": {{ item }} }' } },
    { slug: 'send-one', event: 'digest/send', kind: 'http', config: { method: 'POST', url: 'playground://mail/send', query: [], headers: [], bodyType: 'none', body: '', form: [], text: '', timeout: '30s', failOn: 'non-2xx' } as never },
  ]) })
  await page.goto(`${workspace}/workflows/digest`)
  await page.locator('.react-flow__node-step').first().click()
  await page.getByLabel('Items to reckon with').fill('50')
  await page.getByTestId('price-confirm').getByText('mara@north.example').waitFor()
  await look('price-tag')
  await api('POST', '/events', { name: 'list/given', data: { items: Array.from({ length: 50 }, (_, n) => n) } })
  await page.goto(workspace)
  await page.getByRole('link', { name: /Waiting until mara@north.example says go: 50 items is above this workspace’s 20/ }).click()
  await page.getByRole('heading', { name: 'Waiting for a go' }).waitFor()
  await page.getByText('50 runs').waitFor()
  await look('waiting-for-go')
  await page.getByRole('button', { name: 'Go', exact: true }).click()
  await page.getByText('Everything has ended').waitFor()
  await page.getByText('50 done').first().waitFor()
  await look('gone')
})
