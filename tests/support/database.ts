/** A database of its own for a test file, cloned from the migrated template in a few milliseconds. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = inject('postgresUrl')
  const name = `t_${randomBytes(6).toString('hex')}`
  await run(admin, `create database ${name} template fanwise_template`)
  return {
    url: admin.replace(/\/postgres$/, `/${name}`),
    drop: () => run(admin, `drop database ${name} with (force)`),
  }
}

async function run(url: string, sql: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(sql)
      return
    } catch (error) {
      // Another file is cloning the template at this moment.
      if ((error as { code?: string }).code !== '55006' || attempt > 50) throw error
    } finally {
      await client.end()
    }
  }
}
