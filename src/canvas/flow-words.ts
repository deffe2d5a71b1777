/** A function's rules in a sentence, and in badges. Read in the editor's form, on its frame and by screen readers. Pure. */
import { formatDuration, parseDuration } from '#base/duration.ts'
import { defaultBackoff, type Backoff } from '#graph/definition.ts'
import type { FunctionNode } from '#graph/document.ts'

const blank = (text: string | undefined): boolean => text === undefined || text.trim() === ''
const number = (value: number): string => value.toLocaleString('en')
const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${number(count)} times`)

/** "for each `userId`", " for each value of its key", or nothing. */
function perKey(key: string | undefined): string {
  if (blank(key)) return ''
  const path = /^event(?:\.[A-Za-z_$][\w$]*)*\.([A-Za-z_$][\w$]*)$/.exec(key!.trim())
  if (path !== null) return ` for each ${path[1]}`
  const name = /^(["'])(.*)\1$/.exec(key!.trim())
  return name === null ? ' for each value of its key' : ''
}

const unitWords: [number, string][] = [[1000, 'a second'], [60_000, 'a minute'], [3_600_000, 'an hour'], [86_400_000, 'a day'], [604_800_000, 'a week']]

/** "a minute", "in 5 m". */
function per(period: string): string {
  const ms = parseDuration(period)
  if (ms === null) return 'in …'
  return unitWords.find(([size]) => size === ms)?.[1] ?? `in ${formatDuration(ms)}`
}

const long = (text: string | undefined): string => {
  const ms = text === undefined ? null : parseDuration(text)
  return ms === null ? '…' : formatDuration(ms)
}

function atOnce(limit: NonNullable<FunctionNode['concurrency']>): string {
  const many = limit.limit === 1 ? 'one at a time' : `up to ${number(limit.limit)} at once`
  return `${many}${perKey(limit.key)}${limit.scope === 'workspace' ? ', shared with the workspace' : ''}`
}

export function limitWords({ concurrency, concurrency2, throttle, rateLimit }: FunctionNode): string[] {
  const words: string[] = []
  const limits = [concurrency, concurrency2].flatMap((limit) => (limit === undefined ? [] : [atOnce(limit)]))
  if (limits.length > 0) words.push(sentence(limits.join(', and ')))
  if (throttle !== undefined) words.push(`At most ${number(throttle.limit)} ${throttle.limit === 1 ? 'start' : 'starts'} ${per(throttle.period)}${perKey(throttle.key)}${throttle.burst ? `, ${number(throttle.burst)} more in a burst` : ''}; later ones wait.`)
  if (rateLimit !== undefined) words.push(`At most ${number(rateLimit.limit)} ${rateLimit.limit === 1 ? 'run' : 'runs'} ${per(rateLimit.period)}${perKey(rateLimit.key)}; further events start none.`)
  return words
}

export function timingWords({ debounce, batch, priority }: FunctionNode): string[] {
  const words: string[] = []
  if (debounce !== undefined) words.push(`Waits for ${long(debounce.period)} without another event${perKey(debounce.key)}${blank(debounce.timeout) ? '' : `, ${long(debounce.timeout)} at most`}.`)
  if (batch !== undefined) words.push(`Collects up to ${number(batch.size)} events${perKey(batch.key)} into one run, for ${long(batch.timeout)} at most.`)
  if (!blank(priority)) words.push('Some runs go ahead of others.')
  return words
}

export function onceWords({ singleton, idempotency }: FunctionNode): string[] {
  const words: string[] = []
  if (singleton !== undefined) words.push(singleton.mode === 'skip' ? `While a run is open${perKey(singleton.key)}, new ones are skipped.` : `A new run${perKey(singleton.key)} cancels the one that is open.`)
  if (!blank(idempotency)) words.push(`Runs once in 24 h${perKey(idempotency)}.`)
  return words
}

export function endWords({ cancelOn = [], timeouts }: FunctionNode): string[] {
  const words: string[] = []
  const [first, ...rest] = cancelOn
  if (first !== undefined) words.push(`Ends early on ${first.event || 'an event without a name'}${rest.length === 0 ? '' : ` and ${rest.length} more`}.`)
  if (!blank(timeouts?.start)) words.push(`Cancelled when it has waited ${long(timeouts!.start)} to start.`)
  if (!blank(timeouts?.finish)) words.push(`Cancelled when it takes longer than ${long(timeouts!.finish)}.`)
  return words
}

export function failureWords(node: FunctionNode): string[] {
  const words = [retryWords(node.retries, node.backoff ?? defaultBackoff)]
  if (!blank(node.onFailure)) words.push(`When a run fails, ${node.onFailure!.trim()} is called.`)
  return words
}

/** The whole of a function's rules, as one reads them aloud. */
export function functionSentence(node: FunctionNode): string {
  return [...limitWords(node), ...timingWords(node), ...onceWords(node), ...failureWords(node), ...endWords(node)].join(' ')
}

/** The same, with what a failure means for others: shown where a frame is pointed at or has the keyboard. */
export function fateWords(node: FunctionNode, sends: readonly string[] = []): string {
  const unsent = sends.length === 0 ? '' : `, but ${sends.join(' and ')} may not be sent`
  return `${functionSentence(node)} If it fails, no other function is affected${unsent}.`
}

/** "Retries 4 times over about 3 minutes." */
export function retryWords(retries: number, backoff: Backoff): string {
  if (retries <= 0) return 'Tries once, no retries.'
  const total = waitsOf(retries, backoff).reduce((sum, ms) => sum + ms, 0)
  return `Retries ${times(retries)}${total < 1000 ? ', at once' : ` over about ${roughly(total)}`}.`
}

/** The wait before each retry, without its spread. */
export function waitsOf(retries: number, { baseMs, factor, maxMs }: Backoff): number[] {
  return Array.from({ length: Math.max(0, retries) }, (_, i) => Math.min(maxMs, baseMs * factor ** i))
}

/** One unit, rounded: 150 s → "3 minutes". */
export function roughly(ms: number): string {
  const units: [string, number][] = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]]
  const [name, size] = units.find(([, one]) => ms >= one * 1.5) ?? units.at(-1)!
  const count = Math.max(1, Math.round(ms / size))
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

export type BadgeKind = 'throttle' | 'rate' | 'debounce' | 'batch' | 'priority' | 'singleton' | 'once' | 'cancel' | 'timeout' | 'failure'

export interface FlowBadge {
  kind: BadgeKind
  /** A figure; empty when the icon says it all. */
  text: string
  /** Its sentence. */
  title: string
}

const shortUnits: [number, string][] = [[1000, 's'], [60_000, 'min'], [3_600_000, 'h'], [86_400_000, 'd']]

/** "100/min", "5/30 s". */
function rate(limit: number, period: string): string {
  const ms = parseDuration(period)
  if (ms === null) return `${limit}/…`
  return `${number(limit)}/${shortUnits.find(([size]) => size === ms)?.[1] ?? formatDuration(ms)}`
}

/** What is set beside retries and limits of runs at once, which the frame shows by other means. */
export function flowBadges(node: FunctionNode): FlowBadge[] {
  const { throttle, rateLimit, debounce, batch, priority, singleton, idempotency, cancelOn = [], timeouts, onFailure } = node
  const only = (part: Partial<FunctionNode>): FunctionNode => ({ id: '', type: 'function', position: { x: 0, y: 0 }, size: { w: 1, h: 1 }, slug: '', retries: 0, ...part })
  const badges: FlowBadge[] = []
  const add = (kind: BadgeKind, text: string, words: string[]): void => { badges.push({ kind, text, title: words.join(' ') }) }
  if (throttle !== undefined) add('throttle', rate(throttle.limit, throttle.period), limitWords(only({ throttle })))
  if (rateLimit !== undefined) add('rate', rate(rateLimit.limit, rateLimit.period), limitWords(only({ rateLimit })))
  if (debounce !== undefined) add('debounce', long(debounce.period), timingWords(only({ debounce })))
  if (batch !== undefined) add('batch', number(batch.size), timingWords(only({ batch })))
  if (!blank(priority)) add('priority', '', timingWords(only({ priority })))
  if (singleton !== undefined) add('singleton', '1', onceWords(only({ singleton })))
  if (!blank(idempotency)) add('once', '24 h', onceWords(only({ idempotency })))
  if (cancelOn.length > 0) add('cancel', cancelOn.length > 1 ? String(cancelOn.length) : '', endWords(only({ cancelOn })))
  if (!blank(timeouts?.start) || !blank(timeouts?.finish)) add('timeout', long(blank(timeouts!.finish) ? timeouts!.start : timeouts!.finish), endWords(only({ timeouts })))
  if (!blank(onFailure)) add('failure', '', [`When a run fails, ${onFailure!.trim()} is called.`])
  return badges
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
