/**
 * The schema file, the migrations, the statements and the states in code agree.
 */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStateOf, runStatus } from '#engine/states.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const sqlTypes: Record<string, string> = { String: 'text', Int: 'integer', BigInt: 'bigint', Boolean: 'boolean', Float: 'double precision', DateTime: 'timestamp with time zone', Bytes: 'bytea', Json: 'jsonb' }
const nativeTypes: Record<string, string> = { Uuid: 'uuid', Timestamptz: 'timestamp with time zone', Json: 'json', JsonB: 'jsonb', SmallInt: 'smallint', Char: 'character', Real: 'real' }

/** `table.column type null?` of every field that is a column. */
function columnsOfSchema(): string[] {
  const text = readFileSync('prisma/schema.prisma', 'utf8')
  const models = [...text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)]
  const names = new Set(models.map((model) => model[1]))
  return models.flatMap(([, , body]) => {
    const table = /@@map\("(\w+)"\)/.exec(body!)![1]
    return body!.split('\n').flatMap((line) => {
      const field = /^\s+(\w+)\s+(\w+)(\[\])?(\?)?\s*(.*)$/.exec(line)
      if (field === null || line.trim().startsWith('//') || line.trim().startsWith('@@') || names.has(field[2]!)) return []
      const [, name, type, list, optional, attributes] = field
      const column = /@map\("(\w+)"\)/.exec(attributes!)?.[1] ?? name
      const native = /@db\.(\w+)/.exec(attributes!)?.[1]
      return [`${table}.${column} ${list !== undefined ? 'ARRAY' : native === undefined ? sqlTypes[type!] : nativeTypes[native]}${optional === '?' ? ' null' : ''}`]
    })
  }).sort()
}

test('schema.prisma and the migrations describe the same columns', async () => {
  const { rows } = await client.query<{ column: string }>(
    `select table_name || '.' || column_name || ' ' || data_type || case when is_nullable = 'YES' then ' null' else '' end as column
     from information_schema.columns where table_schema = 'public' and table_name <> '_prisma_migrations'`)
  expect(rows.map((row) => row.column).sort()).toEqual(columnsOfSchema())
})

test('schema.prisma and the migrations have the same primary keys', async () => {
  const text = readFileSync('prisma/schema.prisma', 'utf8')
  const expected = [...text.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].map(([, body]) => {
    const column = (name: string) => new RegExp(`^\\s+${name}\\s.*@map\\("(\\w+)"\\)`, 'm').exec(body!)?.[1] ?? name
    const table = /@@map\("(\w+)"\)/.exec(body!)![1]
    const many = /@@id\(\[(.*?)\]\)/.exec(body!)?.[1]
    const fields = many?.split(',').map((part) => part.trim()) ?? [/^\s+(\w+)\s.*@id\b/m.exec(body!)![1]!]
    return `${table}: ${fields.map(column).join(', ')}`
  }).sort()
  const { rows } = await client.query<{ key: string }>(
    `select t.relname || ': ' || string_agg(a.attname, ', ' order by array_position(i.indkey::int[], a.attnum::int)) as key
     from pg_index i join pg_class t on t.oid = i.indrelid join pg_attribute a on a.attrelid = t.oid and a.attnum = any(i.indkey)
     where i.indisprimary and t.relnamespace = 'public'::regnamespace and t.relname <> '_prisma_migrations' group by t.relname`)
  expect(rows.map((row) => row.key).sort()).toEqual(expected)
})

test('every statement of the engine is valid on the migrated schema', async () => {
  const folder = path.resolve('src/engine/sql')
  const statements: { name: string; text: string }[] = []
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'arrays.ts')) {
    collect(await import(path.join(folder, file)), statements)
  }
  expect(statements.length).toBeGreaterThan(30)
  expect(new Set(statements.map((statement) => statement.name)).size).toBe(statements.length)
  for (const { name, text } of statements) {
    await client.query(`prepare "${name}" as ${text}`).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`)
    })
  }
})

function collect(value: unknown, into: { name: string; text: string }[]): void {
  if (typeof value !== 'object' || value === null) return
  const { name, text } = value as { name?: unknown; text?: unknown }
  if (typeof name === 'string' && typeof text === 'string') into.push({ name, text })
  else Object.values(value).forEach((inner) => collect(inner, into))
}

test('the states in code and the checks in the database are the same', async () => {
  const { rows } = await client.query<{ name: string; definition: string }>(`select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where conname in ('job_state_check', 'run_status_check')`)
  const check = (name: string) => rows.find((row) => row.name === name)!.definition
  expect([...new Set([...check('job_state_check').matchAll(/'(\w)'::bpchar/g)].map((m) => m[1]))].sort()).toEqual(['h', 'q', 'r', 't', 'w'])
  expect([...new Set([...check('run_status_check').matchAll(/status = (\d)|\b([1234])\b/g)].map((m) => Number(m[1] ?? m[2])))].sort()).toEqual(Object.values(runStatus).sort())
  expect(runStateOf(0, 'w')).toBe('waiting')
})
