/** The front door over a real engine, without pages: what senders and API users reach. */
import { createServer } from 'node:http'
import { createFrontDoor } from '#door/front-door.ts'
import { closeDb } from '#server/db.ts'
import { setEngine } from '#server/engine.ts'
import { startTestEngine, type TestEngine } from '#tests/support/engine.ts'
import { createTestDatabase } from '#tests/support/database.ts'

export interface TestDoor extends TestEngine {
  url: string
}

export async function startTestDoor(options: Parameters<typeof startTestEngine>[0] = {}): Promise<TestDoor> {
  const database = await createTestDatabase()
  process.env.DATABASE_URL = database.url
  const running = await startTestEngine({ ...options, database })
  setEngine(running.engine)
  const door = createFrontDoor()
  door.openEngine()
  const server = createServer(door.handle)
  server.on('upgrade', door.upgrade)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    ...running,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      setEngine(undefined)
      await closeDb()
      await running.stop()
      await database.drop()
    },
  }
}
