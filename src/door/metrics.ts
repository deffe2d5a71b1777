/** GET /metrics: what an operator watches, as Prometheus text. Counts only, nothing of any workspace. */
import type { ServerResponse } from 'node:http'
import { getEngine } from '#server/engine.ts'
import { queueHealth } from '#server/runs/queue-health.ts'

interface Metric {
  name: string
  help: string
  values: { labels?: Record<string, string>; value: number }[]
}

const stateNames = { q: 'queued', r: 'running', t: 'sleeping', w: 'waiting', h: 'held' } as const

export async function sendMetrics(response: ServerResponse): Promise<void> {
  try {
    const text = prometheusText(await readMetrics())
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store' })
    response.end(text)
  } catch {
    response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '5' })
    response.end('The database does not answer.\n')
  }
}

async function readMetrics(): Promise<Metric[]> {
  const engine = getEngine()
  const [invariants, queue] = await Promise.all([engine.knownInvariants(), queueHealth(engine.pool)])
  const status = engine.status()
  return [
    {
      name: 'fanwise_invariant_violations', help: 'Rows of the last 15 minutes that contradict each other. Each must be 0 at every moment.',
      values: Object.entries(invariants).map(([name, value]) => ({ labels: { invariant: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) }, value })),
    },
    {
      name: 'fanwise_jobs', help: 'Runs that have not ended, by what they do.',
      values: Object.entries(stateNames).map(([state, name]) => ({ labels: { state: name }, value: queue.jobs[state as keyof typeof stateNames] })),
    },
    { name: 'fanwise_oldest_queued_job_age_seconds', help: 'Age of the oldest run that has not started; 0 when none waits.', values: [{ value: queue.oldestQueuedSeconds }] },
    { name: 'fanwise_workers_alive', help: 'Workers of all processes whose lease stands.', values: [{ value: queue.workersAlive }] },
    { name: 'fanwise_executing_runs', help: 'Runs executing in this process.', values: [{ value: status.executing }] },
    { name: 'fanwise_prefetched_jobs', help: 'Jobs this process has claimed and not started.', values: [{ value: status.prefetched }] },
  ]
}

/** The exposition format: help and type, then a line a value. All of ours are gauges with tame labels. */
function prometheusText(metrics: Metric[]): string {
  const lines = metrics.flatMap(({ name, help, values }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...values.map(({ labels, value }) => `${name}${labels === undefined ? '' : `{${Object.entries(labels).map(([label, text]) => `${label}="${text}"`).join(',')}}`} ${value}`),
  ])
  return `${lines.join('\n')}\n`
}
