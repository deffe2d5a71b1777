/** The server's own functions over a real engine, without a door: for tests that call what screens and the API call. */
import { closeDb } from '#server/db.ts'
import { setEngine } from '#server/engine.ts'
import { createTestDatabase } from '#tests/support/database.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'

export async function startTestServer(options: Omit<NonNullable<Parameters<typeof startTestEngine>[0]>, 'database'> = {}): Promise<TestEngine> {
  const database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
  const running = await startTestEngine({ ...options, database })
  setEngine(running.engine)
  return {
    ...running,
    async stop() {
      setEngine(undefined)
      await closeDb()
      await running.stop()
      await database.drop()
    },
  }
}
