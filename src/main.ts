/**
 * The process: port, database, engine, front door, pages, in that order; everything down
 * again in the reverse order on SIGINT or SIGTERM. Exit codes: 10 port taken, 11 data
 * folder in use, 12 disk full, 13 bad settings, 14 database unusable.
 */
import { createServer, type Server } from 'node:http'
import { createFrontDoor } from '#door/front-door.ts'
import { boundHeapGrowth } from '#server/heap.ts'
import { readSettings, startProcess, StartError, type RunningProcess } from '#server/process.ts'

/** So long a stop waits for requests that change something. */
const finishMs = 3000
let running: RunningProcess | undefined

async function main(): Promise<void> {
  const startedAt = performance.now()
  boundHeapGrowth()
  const env = readSettings()
  const progress = (line: string) => console.log(`  ${line}`)
  if (env.FANWISE_ROLE === 'worker') {
    running = await startProcess(env, progress)
    console.log('\n  The Fanwise worker is running.\n')
    onStop(async () => running?.stop())
    return
  }
  const door = createFrontDoor()
  const server = createServer(door.handle)
  server.on('upgrade', door.upgrade)
  await listen(server, env.PORT, env.HOST)
  running = await startProcess(env, progress)
  door.openEngine()
  const dev = env.NODE_ENV === 'development'
  const { default: next } = await import('next')
  const app = next({ dev, hostname: env.HOST, port: env.PORT, dir: process.cwd() })
  await app.prepare()
  door.openPages(app.getRequestHandler(), dev ? app.getUpgradeHandler() : null)
  console.log(`\n  Fanwise is ready at ${running.url}  (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`)
  onStop(async () => {
    server.close()
    await door.finish(finishMs)
    server.closeAllConnections()
    await app.close().catch(() => {})
    await running?.stop()
  })
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(new StartError(`Port ${port} is taken by another program.`, `Stop that one, or choose another port: PORT=${port + 1} npm start`, 10))
    })
    server.listen(port, host, () => resolve())
  })
}

function onStop(stop: () => Promise<void>): void {
  let stopping = false
  const handle = () => {
    if (stopping) process.exit(1)
    stopping = true
    stop().then(() => process.exit(0), (error) => {
      console.error(error)
      process.exit(1)
    })
  }
  process.on('SIGINT', handle)
  process.on('SIGTERM', handle)
}

main().catch(async (error) => {
  if (error instanceof StartError) console.error(`\n  ${error.message}\n  ${error.fix}\n`)
  else console.error(error)
  await running?.stop().catch(() => {})
  process.exit(error instanceof StartError ? error.exitCode : 1)
})
