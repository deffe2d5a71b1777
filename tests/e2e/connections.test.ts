/** A person keeps a connection and a secret, uses them in a step, and says go to a big fan-out. */
import pg from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { drawFunctions } from '#tests/support/drawing.ts'
import { until } from '#tests/support/until.ts'
import { axeFindings } from './axe.ts'
import { keepPicture, panel, saved, signUp } from './editor-page.ts'

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
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Tests')
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

const curlToken = 'sk_live_never_drawn_5544'
/** Everything that keeps a drawing: its draft, and each edit of it. */
const drawn = async (slug: string): Promise<string> => {
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ text: string }>(`select w.draft::text || coalesce((select string_agg(o.changes::text, ' ') from workflow_operation o where o.workspace_id = w.workspace_id and o.workflow_id = w.id), '') as text from workflow w where w.slug = $1`, [slug])
    return rows[0]!.text
  } finally {
    await client.end()
  }
}
const openStep = async (slug: string, config: Record<string, unknown>) => {
  await api('POST', '/workflows', { name: slug, slug, graph: drawFunctions([{ slug: `${slug}-call`, event: `go/${slug}`, kind: 'http', config: { method: 'GET', url: '', query: [], headers: [], bodyType: 'none', body: '', form: [], text: '', timeout: '30s', failOn: 'non-2xx', ...config } as never }]) })
  await page.goto(`${workspace}/workflows/${slug}`)
  await page.locator('.react-flow__node-step').first().click()
  await panel(page).getByRole('button', { name: 'Paste a cURL command' }).waitFor()
}
const pasteCurl = async (command: string) => {
  await panel(page).getByRole('button', { name: 'Paste a cURL command' }).click()
  await panel(page).getByLabel('cURL command').fill(command)
  await panel(page).getByLabel('cURL command').press('Enter')
}

test('a path is enough where the connection has a base address, and the form shows both', async () => {
  await openStep('base', { auth: 'connection', connection: 'CRM', url: 'playground://crm/contacts' })
  await panel(page).getByRole('button', { name: 'Use /contacts' }).click()
  await panel(page).getByTestId('base-and-path').getByText('playground://crm/contacts').waitFor()
  expect(await axeFindings(page, '[data-testid=panel]')).toEqual([])
  await look('base-and-path')
  await saved(page)
  await page.getByTestId('publish').click()
  await page.getByTestId('publish-confirm').click()
  await page.getByText('v1 live').waitFor()
  const { ids } = await api('POST', '/events', { name: 'go/base', data: {} }) as { ids: string[] }
  const run = await until(async () => (await api('GET', `/runs?event=${ids[0]}&status=completed`) as { data: { id: string }[] }).data[0] ?? null, 'the run is done')
  expect(await api('GET', `/runs/${run.id}`)).toMatchObject({ steps: [{ input: { url: 'playground://crm/contacts', connection: 'CRM' } }] })
})

test('a cURL command with a token becomes a connection, and the token never a part of the drawing', async () => {
  await openStep('from-curl', {})
  await pasteCurl(`curl https://api.shop.example/v1/orders -H 'Authorization: Bearer ${curlToken}' -H 'Accept: application/json'`)
  const offer = page.getByTestId('curl-connection')
  await offer.getByText('goes only to').waitFor()
  // Pasted again for another host before that was decided: each offer has its own name and secret.
  await pasteCurl(`curl https://api.depot.example/v1/parcels -H 'Authorization: Bearer sk_live_of_the_depot_7711'`)
  await until(async () => (await offer.getByLabel('Name of the connection').inputValue()) === 'Depot', 'the offer is about the second host')
  await pasteCurl(`curl https://api.shop.example/v1/orders -H 'Authorization: Bearer ${curlToken}' -H 'Accept: application/json'`)
  expect(await axeFindings(page, '[data-testid=panel]')).toEqual([])
  await look('curl-offer')
  await offer.getByLabel('Name of the connection').fill('Shop')
  await offer.getByRole('button', { name: 'Make the connection and use it' }).click()
  await offer.waitFor({ state: 'detached' })
  await until(async () => (await panel(page).getByLabel('Connection', { exact: true }).inputValue()) === 'Shop', 'the step signs in with it')
  await panel(page).getByText('Shop begins at').waitFor()
  await saved(page)
  expect(await drawn('from-curl')).not.toContain(curlToken)
  expect(await page.content()).not.toContain(curlToken)
  expect(await api('GET', '/connections')).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ name: 'Shop', kind: 'bearer', last4: '5544', hosts: ['api.shop.example'] })]) as unknown })

  // The next command for the same host may use the one that is there.
  await pasteCurl(`curl https://api.shop.example/v1/items -u ada:${curlToken}`)
  await offer.getByRole('button', { name: 'Use Shop' }).click()
  await offer.waitFor({ state: 'detached' })
  await saved(page)
  expect(await drawn('from-curl')).not.toContain(curlToken)
})

test('whoever wants it in the drawing says so, and one undo takes it out again', async () => {
  await openStep('declined', {})
  await pasteCurl(`curl https://api.shop.example/v1/orders -H 'X-Api-Key: ${curlToken}'`)
  const offer = page.getByTestId('curl-connection')
  await offer.getByRole('button', { name: 'Put it into the drawing' }).click()
  await offer.waitFor({ state: 'detached' })
  await until(async () => (await drawn('declined')).includes(curlToken), 'the key is part of the drawing')
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('Control+z')
  await panel(page).getByText('No connection is chosen.').first().waitFor()

  await pasteCurl('curl https://api.shop.example/v1/orders -H "X-Api-Key: $SHOP_KEY"')
  await offer.getByText('$SHOP_KEY').waitFor()
  await offer.getByRole('button', { name: 'Choose a connection later' }).click()
  await offer.waitFor({ state: 'detached' })
})

test('a connection gets another name; the steps that use it go on, and the audit says who renamed it', async () => {
  await page.goto(`${workspace}/settings`)
  await page.getByRole('button', { name: 'Change CRM' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('CRM Europe')
  await dialog.getByText(/that use CRM go on working/).waitFor()
  expect(await axeFindings(page, '[role=dialog]')).toEqual([])
  await look('rename')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('Before: CRM').waitFor()
  const { ids } = await api('POST', '/events', { name: 'go/base', data: {} }) as { ids: string[] }
  await until(async () => (await api('GET', `/runs?event=${ids[0]}&status=completed`) as { data: unknown[] }).data[0] ?? null, 'a run under the old name is done')

  await page.getByRole('link', { name: 'Audit' }).click()
  const entry = page.getByRole('listitem').filter({ hasText: 'renamed the connection CRM to CRM Europe' })
  await entry.getByText('mara@north.example').waitFor()
  expect(await axeFindings(page)).toEqual([])
  await look('audit')
  await page.getByRole('combobox', { name: 'Who' }).click()
  await page.getByRole('option', { name: 'API key Tests' }).click()
  await entry.waitFor({ state: 'detached' })
  await page.getByRole('listitem').filter({ hasText: 'made the workflow from-curl' }).getByText('(made by mara@north.example)').waitFor()
  await page.goto(`${workspace}/settings/audit?action=connection.rename`)
  await entry.getByRole('link', { name: 'CRM Europe' }).waitFor()
  await page.getByLabel('To which thing').fill('nothing of this name')
  await page.getByText('Nothing like this').waitFor()
  await page.getByLabel('To which thing').fill('europe')
  await entry.waitFor()
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
