/**
 * The floor: the least a durable fan-out must do. N items become N events, runs and jobs in chunks of
 * 1,000; one process claims them in bulk and gives each run two checkpoints, at most LIMIT at once, all
 * checkpoints of a moment in one commit. No routing, no expressions, no trace, no leases. Prints JSON.
 */
import pg from 'pg'
import { newUuid } from '#base/ids.ts'
import { numbers, texts, uuids } from '#engine/sql/arrays.ts'

const [items, limit] = [Number(process.argv[2] ?? 50_000), Number(process.argv[3] ?? 50)]
const chunk = 1000
const ahead = 1500

const connect = async () => {
  const client = new pg.Client(process.env.DATABASE_URL)
  await client.connect()
  await client.query('set search_path = floor')
  return client
}
const [writer, claimer, emitter] = await Promise.all([connect(), connect(), connect()])
await emitter.query(`
  create schema if not exists floor;
  drop table if exists event, run, job, step;
  create table event (ws uuid, id uuid, name text, data json, at timestamptz default now(), primary key (ws, id));
  create table run (ws uuid, id uuid, fn uuid, event uuid, state smallint default 0, ended timestamptz, primary key (ws, id)) with (fillfactor = 80);
  create index on run (ws, fn, id); create index on run (ws, event);
  create table job (id bigserial primary key, ws uuid, run uuid, event uuid, worker int) with (fillfactor = 70);
  create index on job (id) where worker is null;
  create table step (ws uuid, run uuid, step text, state smallint, output json, ended timestamptz default now(), primary key (ws, run, step))`)
await emitter.query('vacuum analyze')
const workspace = newUuid()
const fn = newUuid()

interface Job { id: string; run: string; data: { userId: string; email: string } }
interface Checkpoint { job: Job; step: string; output: string; ends: boolean; committed(): void }

async function emit(): Promise<void> {
  for (let from = 0; from < items; from += chunk) {
    const count = Math.min(chunk, items - from)
    const ids = Array.from({ length: count }, newUuid)
    const runs = Array.from({ length: count }, newUuid)
    const data = Array.from({ length: count }, (_, i) => JSON.stringify({ userId: `user_${from + i}`, email: `u${from + i}@example.com`, plan: 'pro', week: 47 }))
    await emitter.query({
      name: 'emit',
      text: `with rows as (select * from unnest($3::uuid[], $4::uuid[], string_to_array($5, E'\\x1e')::json[]) as t(event, run, data)),
        e as (insert into event (ws, id, name, data) select $1, event, 'digest/weekly.send', data from rows),
        r as (insert into run (ws, id, fn, event) select $1, run, $2, event from rows)
        insert into job (ws, run, event) select $1, run, event from rows`,
      values: [workspace, fn, uuids(ids), uuids(runs), texts(data)],
    })
  }
}

let queue: Checkpoint[] = []
let flushing = false
async function flush(): Promise<void> {
  if (flushing) return
  flushing = true
  await new Promise((resolve) => setImmediate(resolve))
  while (queue.length > 0) {
    const batch = queue
    queue = []
    await writer.query({
      name: 'checkpoint',
      text: `with rows as (select * from unnest($2::uuid[], string_to_array($3, E'\\x1e'), string_to_array($4, E'\\x1e')::json[], $5::bigint[], $6::bool[]) as t(run, step, output, job, ends)),
        s as (insert into step (ws, run, step, state, output) select $1, run, step, 1, output from rows on conflict do nothing),
        d as (delete from job using rows where job.id = rows.job and rows.ends)
        update run set state = 1, ended = now() from rows where run.ws = $1 and run.id = rows.run and rows.ends`,
      values: [workspace, uuids(batch.map((c) => c.job.run)), texts(batch.map((c) => c.step)), texts(batch.map((c) => c.output)), numbers(batch.map((c) => Number(c.job.id))), `{${batch.map((c) => (c.ends ? 't' : 'f')).join(',')}}`],
    })
    for (const checkpoint of batch) checkpoint.committed()
  }
  flushing = false
}
const record = (job: Job, step: string, output: unknown, ends: boolean) => new Promise<void>((committed) => {
  queue.push({ job, step, output: JSON.stringify(output), ends, committed })
  void flush()
})

const waiting: Job[] = []
let executing = 0
let done = 0
let claiming = false
let finish = () => {}
const finished = new Promise<void>((resolve) => (finish = resolve))

async function claim(): Promise<void> {
  if (claiming || waiting.length > ahead / 2 || done + waiting.length + executing >= items) return
  claiming = true
  const { rows } = await claimer.query<Job>({
    name: 'claim',
    text: `with found as (select ctid from job where worker is null order by id limit $1 for update skip locked),
      took as (update job set worker = 1 from found where job.ctid = found.ctid returning job.id, job.run, job.event)
      select took.id, took.run, event.data from took join event on event.ws = $2 and event.id = took.event order by took.id`,
    values: [ahead, workspace],
  })
  claiming = false
  waiting.push(...rows)
  if (rows.length === 0) setTimeout(() => void claim(), 2)
  else pump()
}

function pump(): void {
  while (executing < limit && waiting.length > 0) {
    executing += 1
    void execute(waiting.shift()!)
  }
  void claim()
}

async function execute(job: Job): Promise<void> {
  await record(job, 'build', { digest: { user: job.data.userId, n: 3 } }, false)
  const committed = record(job, 'send', { sent: true, to: job.data.email }, true)
  executing -= 1
  queueMicrotask(pump)
  await committed
  if (++done === items) finish()
}

const startedAt = performance.now()
const emitted = emit()
void claim()
await finished
await emitted
const ms = performance.now() - startedAt
console.log(JSON.stringify({ items, limit, ms: Math.round(ms), runsPerSecond: Math.round((items / ms) * 1000), rssMb: Math.round(process.memoryUsage().rss / 1048576) }))
// A claim may still be asking for what is not there any more.
process.exit(0)
