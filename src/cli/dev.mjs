// Development: the same process as production, restarted when server code changes;
// pages reload through Next's own hot reload.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { watchBundles } from './build.mjs'

export async function runDevelopment() {
  let child = null
  let stopping = false

  const start = () => {
    child = spawn(process.execPath, ['.fanwise/build/main.mjs'], { stdio: 'inherit', env: process.env })
    child.on('exit', (code) => {
      if (!stopping && code !== 0 && code !== null) console.error(`  The server ended with code ${code}; it starts again when a file changes.`)
    })
  }

  const restart = () => {
    if (stopping) return
    if (child === null || child.exitCode !== null) return start()
    const old = child
    old.once('exit', start)
    old.kill('SIGTERM')
  }

  const watcher = await watchBundles(restart)
  const stop = () => {
    stopping = true
    void watcher.dispose()
    if (child === null || child.exitCode !== null) process.exit(0)
    child.once('exit', () => process.exit(0))
    child.kill('SIGTERM')
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
