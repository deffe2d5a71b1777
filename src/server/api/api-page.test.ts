import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { apiPage } from '#server/api/api-page.ts'
import { apiRoutes } from '#server/api/routes.ts'

const file = path.resolve(import.meta.dirname, '../../../docs/api.md')
const renew = 'FANWISE_RENEW=1 npx vitest run src/server/api/api-page.test.ts'

test('docs/api.md lists the calls there are', () => {
  const text = apiPage(apiRoutes)
  if (process.env.FANWISE_RENEW === '1') writeFileSync(file, text)
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '', `docs/api.md is out of date. Renew it: ${renew}`).toBe(text)
})

test('each call has an address and a name of its own, one line on the page, and a field in bold where one is needed', () => {
  const text = apiPage(apiRoutes)
  const lines = text.split('\n').filter((line) => line.startsWith('| `'))
  expect(lines).toHaveLength(apiRoutes.length)
  expect(new Set(apiRoutes.map((route) => `${route.method} ${route.path}`)).size).toBe(apiRoutes.length)
  expect(new Set(apiRoutes.map((route) => route.operationId)).size).toBe(apiRoutes.length)
  expect(lines.find((line) => line.startsWith('| `POST /signals`'))).toContain('body: **signal**, data')
  expect(lines.find((line) => line.startsWith('| `POST /runs/:id/retry`'))).toContain('body, if any: from')
})
