/** docs/guarantees.md names tests that exist, and leaves out none that proves something. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/guarantees.md', 'utf8')
const table = page.slice(page.indexOf('| promise | test |'), page.indexOf('\n\n', page.indexOf('| promise | test |')))
const guarantees = readdirSync('tests/guarantees').filter((name) => name.endsWith('.test.ts'))
/** `a*.test.ts` stands for all that begin so. */
const meant = (name: string): string[] => (name.includes('*') ? guarantees.filter((one) => one.startsWith(name.split('*')[0]!)) : [name])

test('each promise names a test that is there, or a scenario of `npm run chaos`', () => {
  const rows = table.split('\n').slice(2)
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) {
    const proof = row.split(' | ')[1]!
    const files = [...proof.matchAll(/`([\w/*-]+\.test\.ts)`/g)].flatMap(([, name]) => meant(name!.replace('tests/guarantees/', '')))
    expect(files.filter((name) => !existsSync(name.includes('/') ? name : `tests/guarantees/${name}`)), row).toEqual([])
    const scenarios = [...proof.matchAll(/chaos ((?:`\w+`(?:, )?)+)/g)].flatMap(([, names]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
    expect(scenarios.filter((name) => !existsSync(`tests/chaos/scenarios/${name}.ts`)), row).toEqual([])
    expect(files.length + scenarios.length > 0 || proof.includes('asked after every scenario'), row).toBe(true)
  }
})

test('each test of a guarantee is named', () => {
  const named = new Set([...table.matchAll(/`(?:tests\/guarantees\/)?([\w*-]+\.test\.ts)`/g)].flatMap(([, name]) => meant(name!)))
  // The short play of chaos that runs with the others: its scenarios are named by themselves.
  expect(guarantees.filter((name) => !named.has(name) && name !== 'chaos.test.ts')).toEqual([])
})
