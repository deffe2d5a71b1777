// Finds a Chromium for the browser tests: CHROMIUM_PATH, the system's, Playwright's own, else
// installs one: from Debian's packages where that is possible, or out of an npm package.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const known = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** @param {(line: string) => void} progress @returns {Promise<string>} path of an executable that starts */
export async function findChromium(progress) {
  const given = process.env.CHROMIUM_PATH
  if (given) {
    if (starts(given)) return given
    throw new Error(`CHROMIUM_PATH is ${given}, but that does not start. Correct it, or unset it.`)
  }
  for (const candidate of [...known, playwrightsOwn()]) if (candidate !== null && existsSync(candidate) && starts(candidate)) return candidate
  const debian = installFromDebian(progress)
  if (debian !== null) return debian
  const npm = await installFromNpm(progress)
  if (npm !== null) return npm
  throw new Error('No Chromium was found and none could be installed. Install Chromium or Chrome, or set CHROMIUM_PATH to one.')
}

function starts(file) {
  return spawnSync(file, ['--version', '--no-sandbox'], { timeout: 20_000 }).status === 0
}

function playwrightsOwn() {
  try {
    return chromium.executablePath()
  } catch {
    return null
  }
}

function installFromDebian(progress) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null
  progress('Installing Chromium from Debian’s packages (once)')
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-q'], quiet)
  const installed = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], quiet)
  return installed.status === 0 && starts('/usr/bin/chromium') ? '/usr/bin/chromium' : null
}

async function installFromNpm(progress) {
  progress('Installing Chromium from npm (once)')
  const folder = path.resolve('.fanwise/chromium')
  mkdirSync(folder, { recursive: true })
  const installed = spawnSync('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '@sparticuz/chromium@153.0.0'], { stdio: 'ignore' })
  if (installed.status !== 0) return null
  try {
    const packed = await import(pathToFileURL(path.join(folder, 'node_modules/@sparticuz/chromium/build/esm/index.js')).href)
    const file = await packed.default.executablePath()
    return starts(file) ? file : null
  } catch {
    return null
  }
}
