import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { formatDuration } from '#base/duration.ts'
import { ApiError, call } from '#cli/fanwise/client.ts'
import { CliError, exitCodes, UsageError, type Command } from '#cli/fanwise/command.ts'

interface Run {
  id: string
  status: string
  function: string
  version: number | null
  draftRevision: number | null
  draftPart: string | null
  event: { id: string; name: string }
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  error: { message: string } | null
}

const pollMs = 1000

export const runs: Command = {
  name: 'runs',
  usage: 'runs [--follow]',
  summary: 'List runs, newest last; --follow goes on with what happens.',
  help: `fanwise runs [--follow] [--function <slug>] [--event <id or name>] [--status <status>] [--limit <n>] [--json]

Lists the latest runs (20, or --limit up to 200), the newest last. --follow then prints a line
whenever a run starts or changes, until Ctrl-C. Statuses: queued, running, sleeping, waiting,
held, completed, failed, cancelled, skipped. --json prints one JSON object per line.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { follow: { type: 'boolean', short: 'f' }, function: { type: 'string' }, event: { type: 'string' }, status: { type: 'string' }, limit: { type: 'string' }, json: { type: 'boolean' } },
    })
    const limit = Number(values.limit ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw new UsageError('--limit is a whole number from 1 to 200.')
    const query = new URLSearchParams({ limit: String(limit) })
    for (const key of ['function', 'event', 'status'] as const) if (values[key] !== undefined) query.set(key, values[key])
    const print = (run: Run) => console.log(values.json ? JSON.stringify(run) : lineOf(run))
    const first = await list(query)
    first.forEach(print)
    if (first.length === 0 && !values.json) console.error('  No runs yet. A run appears here the moment an event arrives that a function reacts to.')
    if (values.follow) await follow(query, first, print)
    return exitCodes.done
  },
}

async function list(query: URLSearchParams): Promise<Run[]> {
  const page = await call<{ data: Run[] }>('GET', `/runs?${query}`)
  return page.data.reverse()
}

/** Looks again every second; a server that restarts meanwhile is waited for. */
async function follow(query: URLSearchParams, first: Run[], print: (run: Run) => void): Promise<void> {
  const seen = new Map(first.map((run) => [run.id, run.status]))
  query.set('limit', '200')
  let reachable = true
  for (;;) {
    await delay(pollMs)
    try {
      for (const run of await list(query)) {
        if (seen.get(run.id) === run.status) continue
        // Older ones that only the longer list shows are not news until they change.
        const isNews = seen.has(run.id) || first.length === 0 || run.id > first[0]!.id
        seen.set(run.id, run.status)
        if (isNews) print(run)
      }
      reachable = true
    } catch (error) {
      if (!(error instanceof CliError) || !isAway(error)) throw error
      if (reachable) console.error(`  ${error.message} Waiting for it.`)
      reachable = false
    }
  }
}

/** It cannot be reached, or says itself that it is not there yet: it starts, or its database does. */
const isAway = (error: CliError): boolean => error.exitCode === exitCodes.unreachable || (error instanceof ApiError && error.failure.status === 503)

function lineOf(run: Run): string {
  const took = run.startedAt !== null && run.endedAt !== null ? formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt)) : ''
  const time = run.createdAt.slice(11, 19)
  return `  ${time}  ${run.status.padEnd(9)}  ${run.function.padEnd(30)} ${(run.version === null ? `draft r${run.draftRevision}${run.draftPart ? `, ${run.draftPart}` : ''}` : `v${run.version}`).padEnd(4)} ${took.padEnd(9)} ${run.id}  ${run.event.name}${run.error === null ? '' : `  ${run.error.message}`}`
}
