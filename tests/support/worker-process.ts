/** A worker as its own process, as a host would run it; killed without mercy when the test says so. */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'

export interface WorkerProcess {
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  signal(name: NodeJS.Signals): void
  /** What it has logged so far. */
  log(): string
  /** SIGTERM; resolves when it has given everything back. */
  stop(): Promise<void>
}

export async function startWorkerProcess(databaseUrl: string, env: Record<string, string> = {}): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [path.resolve('.fanwise/build/main.mjs')], {
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: databaseUrl, FANWISE_ROLE: 'worker', FANWISE_LEASE: '2s', FANWISE_SECRET: 'test', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const logged: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The worker ended at start with code ${code}.`)))
    child.stdout!.on('data', (data: Buffer) => {
      logged.push(data.toString())
      if (data.toString().includes('worker is running')) resolve()
    })
  })
  return { kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM'), signal: (name) => void child.kill(name), log: () => logged.join('') }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
