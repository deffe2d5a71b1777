/** What steps name of the workspace's connections, secrets and settings: there, and used where it may be. */
import { isAmongHosts } from '#graph/hosts.ts'
import { hostsOf } from '#graph/price.ts'
import { namedAmong, type Catalog } from '#graph/compile/catalog.ts'
import type { CheckedConfig } from '#graph/compile/check-config.ts'
import { atStep, type Findings, type FrameModel } from '#graph/compile/model.ts'
import type { Read } from '#graph/compile/reads.ts'
import type { StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'

const where = 'Settings → Secrets and settings'
const installationSetting = /^FANWISE_/

/** Settings of the wrong type are a finding of their own; here they only say nothing. */
function ask<T>(what: () => T): T | undefined {
  try {
    return what()
  } catch {
    return undefined
  }
}

export function checkConnections(frame: FrameModel, catalog: Catalog, configs: ReadonlyMap<string, CheckedConfig>, findings: Findings): void {
  for (const step of frame.steps) {
    const config = configs.get(step.id)?.config ?? step.config
    const definition = stepDefinition(step.kind)
    const name = ask(() => definition.connection?.(config)) ?? null
    const isBelow = ask(() => definition.belowBase?.(config)) === true
    if (name === null && isBelow) findings.error(atStep(frame, step, 'config.url'), 'address-incomplete', 'A path needs a connection with a base address.', 'Sign in with one, or give a whole address such as https://api.example.com/contacts.')
    if (name === null) continue
    const at = atStep(frame, step, 'config.connection')
    if (name === '') {
      findings.error(at, 'connection-missing', 'No connection is chosen.', 'Choose one, or sign in another way.')
      continue
    }
    if (catalog.values === undefined) continue
    const known = namedAmong(catalog.values.connections, name)
    if (known === undefined) {
      findings.error(at, 'connection-unknown', `There is no connection ${name} in this workspace.`, `Add it in Settings → Connections, or choose another${listed(catalog.values.connections)}.`)
      continue
    }
    if (isBelow && known.baseUrl === undefined) {
      findings.error(atStep(frame, step, 'config.url'), 'address-incomplete', `The connection ${name} has no base address that this path could be below.`, 'Give it one in Settings → Connections, or write a whole address.')
      continue
    }
    if (isBelow) continue
    const [host] = Object.keys(hostsOf([{ kind: step.kind, config }]))
    if (host === undefined || isAmongHosts(known.hosts, host)) continue
    findings.error(at, 'connection-host', `The connection ${name} is not sent to ${host}. It belongs to ${known.hosts.join(', ')}.`, 'Correct the address, choose another connection, or add the host to this one in Settings → Connections.')
  }
}

const shortestKey = 8

/** A key that is typed into the drawing is seen by everybody, and goes along with every export. */
export function checkDrawnSecrets(frame: FrameModel, configs: ReadonlyMap<string, CheckedConfig>, findings: Findings): void {
  for (const step of frame.steps) {
    const config = configs.get(step.id)?.config ?? step.config
    for (const name of stepDefinition(step.kind).secretFields?.(config) ?? []) {
      const text = config[name]
      if (typeof text !== 'string' || text.includes('{{') || text.trim().length < shortestKey) continue
      findings.warning(atStep(frame, step, `config.${name}`), 'secret-drawn', 'This is part of the drawing: everybody in the workspace sees it, and exports carry it.', 'Keep it as a connection, or as a secret and write {{ secrets.NAME }} here.')
    }
  }
}

export function checkSecretRead(frame: FrameModel, step: StepNode, field: string, read: Read, catalog: Catalog, findings: Findings): void {
  const at = atStep(frame, step, field)
  const [name, ...deeper] = read.path
  if (stepDefinition(step.kind).leaves !== true || field === 'each.items') {
    return findings.error(at, 'secret-stays', 'Secrets can be read only by the fields of an HTTP request, which leave for outside.', 'Use it there, or read a setting here, as in env.NAME.')
  }
  if (name === undefined) return findings.error(at, 'secret-unnamed', 'It does not say which secret.', `Write secrets and its name, such as secrets.STRIPE_KEY${listed(catalog.values?.secrets ?? [])}.`)
  if (deeper.length > 0 || isWorkedWith(textAt(step.config, field), name)) {
    return findings.error(at, 'secret-changed', `secrets.${name} can be put into the text, but not be worked with: its value is filled in only when the request leaves.`, 'Store the secret in the form in which it is sent. For user and password, choose that under Sign in with.')
  }
  if (catalog.values === undefined || namedAmong(catalog.values.secrets, name) !== undefined) return
  findings.error(at, 'secret-unknown', `There is no secret ${name} in this workspace.`, `Add it in ${where}, or use another${listed(catalog.values.secrets)}.`)
}

export function checkSettingRead(frame: FrameModel, step: StepNode, field: string, read: Read, catalog: Catalog, findings: Findings): void {
  const [name] = read.path
  if (name === undefined || read.optional || catalog.values === undefined || installationSetting.test(name) || catalog.values.settings.includes(name)) return
  findings.error(atStep(frame, step, field), 'setting-unknown', `There is no setting ${name} in this workspace.`, `Add it in ${where}, or use another${listed(catalog.values.settings.map((one) => ({ name: one })))}.`)
}

function listed(known: { name: string }[]): string {
  return known.length === 0 ? '' : `: ${known.slice(0, 5).map((one) => one.name).join(', ')}`
}

/** A member of it, or a call in the same expression: what is there while it is evaluated only stands for the value. */
function isWorkedWith(text: string, name: string): boolean {
  if (new RegExp(`\\bsecrets\\s*\\??\\.\\s*${name.replaceAll(/\W/g, '\\$&')}\\s*(?:\\.|\\[|\\?\\.)`).test(text)) return true
  return [...text.matchAll(/\{\{([^]*?)\}\}/g)].some(([, source]) => source!.includes('secrets') && source!.includes('('))
}

function textAt(config: unknown, field: string): string {
  let value = config
  for (const key of field.split('.').slice(1)) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return typeof value === 'string' ? value : ''
}
