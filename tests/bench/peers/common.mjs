/** What the peers' programs share. Each gets DATABASE_URL of an empty database and prints one line of JSON. */
import pg from 'pg'

export const url = process.env.DATABASE_URL
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))]
export const print = (facts) => console.log(JSON.stringify(facts))

export async function until(done, everyMs = 5) {
  while (!(await done())) await sleep(everyMs)
}

/** One query on a connection of its own. */
export async function ask(text) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows
}

/** Sends `count` at uneven intervals around `gapMs`; `latencies` fills with ms from send to start. */
export async function measureIdle(count, gapMs, send, latencies) {
  for (let n = 0; n < count; n++) {
    await send(n)
    await sleep(gapMs * (0.5 + Math.random()))
  }
  await sleep(1000)
  const kept = latencies.slice(20)
  return { p50: quantile(kept, 0.5), p99: quantile(kept, 0.99), n: kept.length }
}
