/** Events, webhooks and schedules: names, patterns, cron texts, and whether anything comes of them. */
import { Cron } from 'croner'
import { eventNameProblem } from '#graph/compile/event-names.ts'
import type { Findings, Model } from '#graph/compile/model.ts'
import { reactionsElsewhere } from '#graph/links.ts'
import type { EventNode, ScheduleNode } from '#graph/document.ts'

export function checkSources(model: Model, findings: Findings): void {
  const used = new Set(model.frames.flatMap((frame) => frame.subscriptions.map(({ source }) => source.id)))
  for (const event of model.events) checkEvent(model, event, used.has(event.id), findings)
  for (const schedule of model.schedules) checkSchedule(schedule, used.has(schedule.id), findings)
  for (const webhook of model.webhooks) {
    const feeds = model.feeds.filter((feed) => feed.source === webhook.id)
    const at = { nodeId: webhook.id }
    const path = webhook.dedupePath?.trim() ?? ''
    if (/[[\]{}]|^\.|\.$|\.\./.test(path)) findings.warning({ ...at, field: 'dedupePath' }, 'dedupe-path', `\`${path}\` reads nothing from a body, so no delivery counts as the same.`, 'Write names with dots between them, such as data.id. It does not go into lists.')
    if (feeds.length === 0) findings.warning(at, 'webhook-unconnected', 'What arrives here becomes no event that anything reacts to.', 'Connect the webhook to an event.')
    if (feeds.length > 1) findings.error(at, 'webhook-several-events', 'The webhook feeds more than one event.', 'Keep one line and remove the others.')
  }
}

function checkEvent(model: Model, node: EventNode, used: boolean, findings: Findings): void {
  const at = { nodeId: node.id, field: 'event' }
  const problem = eventNameProblem(node.event, 'trigger')
  if (problem !== null) return findings.error(at, problem.code, problem.message, problem.fix)
  if (node.event.includes('*') && model.feeds.some((feed) => feed.target === node.id)) {
    findings.error(at, 'webhook-needs-exact-name', 'A webhook feeds this event, so its name must be exact.', 'Replace the `*`, or connect the webhook to another event.')
  }
  if (!used && reactionsElsewhere(node.event, model.catalog.functionsElsewhere).length === 0) {
    findings.warning({ nodeId: node.id }, 'event-without-reaction', `Nobody reacts to \`${node.event}\`.`, 'Connect it to a function.')
  }
}

function checkSchedule(node: ScheduleNode, used: boolean, findings: Findings): void {
  const zone = isTimeZone(node.timezone)
  if (!zone) findings.error({ nodeId: node.id, field: 'timezone' }, 'timezone-unknown', `\`${node.timezone}\` is not a time zone.`, 'Use a name such as Europe/Berlin or UTC.')
  const problem = cronProblem(node.cron, zone ? node.timezone : 'UTC')
  if (problem !== null) findings.error({ nodeId: node.id, field: 'cron' }, problem.code, problem.message, problem.fix)
  if (!used) findings.warning({ nodeId: node.id }, 'schedule-without-function', 'The schedule starts nothing.', 'Connect it to a function.')
}

// Far enough back that every repeating pattern has a next time, and the same on every machine.
const reference = new Date(Date.UTC(2020, 0, 1))
const cronFix = 'Write five fields such as 0 9 * * MON (minute, hour, day, month, weekday).'

export function cronProblem(cron: string, timezone: string): { code: string; message: string; fix: string } | null {
  const fields = cron.trim().split(/\s+/)
  if (cron.trim() === '') return { code: 'cron-missing', message: 'The schedule has no times.', fix: cronFix }
  if (fields.length !== 5) return { code: 'cron-invalid', message: `A schedule has five fields; this one has ${fields.length}.`, fix: cronFix }
  try {
    const next = new Cron(cron.trim(), { paused: true, timezone }).nextRun(reference)
    return next === null ? { code: 'cron-never', message: 'No date ever fits this schedule.', fix: 'Check day and month.' } : null
  } catch (error) {
    return { code: 'cron-invalid', message: `\`${cron}\` is not a schedule: ${reason(error)}.`, fix: cronFix }
  }
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern:\s*/, '').replace(/\.$/, '')
}

export function isTimeZone(name: string): boolean {
  if (name.trim() === '' || name.length > 64) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
