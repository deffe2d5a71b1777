/** The front door over a real engine, without pages: what senders and API users reach. */
import { createServer } from 'node:http'
import { createFrontDoor } from '#door/front-door.ts'
import type { TestEngine } from '#tests/support/engine.ts'
import { startTestServer } from '#tests/support/server.ts'

export interface TestDoor extends TestEngine {
  url: string
}

export async function startTestDoor(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestDoor> {
  const running = await startTestServer(options)
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
      await running.stop()
    },
  }
}
