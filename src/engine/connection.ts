/**
 * One dedicated connection of the hot path. Reconnects by itself; a query on a broken connection
 * rejects with ConnectionLost, and the caller decides what an unknown outcome means for it.
 */
import pg from 'pg'

export class ConnectionLost extends Error {
  /** @param sent false: there was no connection to send the statement over, so it was certainly not committed */
  constructor(cause: unknown, readonly sent = true) {
    super('The connection to Postgres was lost; whether the statement was committed is not known.', { cause })
    this.name = 'ConnectionLost'
  }
}

/**
 * How long the plan of a statement is used. Planning the statements of the hot path costs three times as
 * much as running them on a few rows, and Postgres would plan them anew for every execution, because it
 * takes a plan without known values for dearer. So one plan is made for any values and kept: but only
 * briefly, since a plan made for empty tables, where every index costs the same, may read a whole
 * workspace per row once they have filled (13 s instead of 25 ms for a claim).
 */
const plansKeptMs = 500

/** The planner must not scan whole tables on stale statistics. */
const settings = `set enable_seqscan = off; set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '10s'; set jit = off`

export class HotConnection {
  private client: pg.Client | null = null
  private connecting: Promise<pg.Client> | null = null
  private closed = false
  /** Ends when the last query or transaction that was asked for has ended: one at a time. */
  private last: Promise<unknown> = Promise.resolve()

  private planned = performance.now()

  /** @param plans `each-time`: plan every execution anew, where planning is small beside the work */
  constructor(private readonly connectionString: string, private readonly name: string, private readonly plans: 'kept-shortly' | 'each-time' = 'kept-shortly') {}

  query<R extends pg.QueryResultRow>(config: { name: string; text: string; values: unknown[] }): Promise<R[]> {
    return this.inTurn(() => this.runQuery<R>(config))
  }

  /** All or nothing; the callback's queries run on this connection, through the client it is given. */
  transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.inTurn(() => this.runTransaction(work))
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work)
    this.last = result.catch(() => {})
    return result
  }

  private async runQuery<R extends pg.QueryResultRow>(config: { name: string; text: string; values: unknown[] }): Promise<R[]> {
    const client = this.client ?? (await this.connect())
    try {
      if (this.plans === 'kept-shortly' && performance.now() - this.planned > plansKeptMs) await this.forgetPlans(client)
      return (await client.query<R>(config)).rows
    } catch (error) {
      throw this.judge(client, error)
    }
  }

  private async runTransaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = this.client ?? (await this.connect())
    try {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      const judged = this.judge(client, error)
      if (!(judged instanceof ConnectionLost)) await client.query('rollback').catch(() => this.drop(client))
      throw judged
    }
  }

  private async forgetPlans(client: pg.Client): Promise<void> {
    this.planned = performance.now()
    await client.query('discard plans')
  }

  async close(): Promise<void> {
    this.closed = true
    const client = this.client
    this.client = null
    await client?.end().catch(() => {})
  }

  private connect(): Promise<pg.Client> {
    if (this.closed) return Promise.reject(new ConnectionLost('closed', false))
    this.connecting ??= this.open().finally(() => (this.connecting = null))
    return this.connecting
  }

  private async open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.connectionString, application_name: `fanwise ${this.name}`, connectionTimeoutMillis: 5000, keepAlive: true })
    client.on('error', () => this.drop(client))
    try {
      await client.connect()
      await client.query(settings)
      await client.query(`set plan_cache_mode = ${this.plans === 'each-time' ? 'force_custom_plan' : 'force_generic_plan'}`)
    } catch (error) {
      await client.end().catch(() => {})
      throw new ConnectionLost(error, false)
    }
    this.client = client
    return client
  }

  private drop(client: pg.Client): void {
    if (this.client === client) this.client = null
    client.end().catch(() => {})
  }

  private judge(client: pg.Client, error: unknown): unknown {
    if (!isConnectionError(error)) return error
    this.drop(client)
    return new ConnectionLost(error)
  }
}

/** SQLSTATE classes 08 and 57P, or an error of the socket (no SQLSTATE at all). */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true
  const code = (error as { code?: string }).code
  if (typeof code !== 'string') return error instanceof Error && /connection|terminated|socket|timeout/i.test(error.message)
  return code.startsWith('08') || code.startsWith('57P') || /^E[A-Z]+$/.test(code)
}

/**
 * Nothing was stored and nothing is wrong with what was sent, so the same statement again will do: deadlock,
 * serialization failure, lock timeout; or, after a while, a server without room (53: disk, memory,
 * connections) or with trouble of its own (58: an I/O error).
 */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === '40001' || code === '40P01' || code === '55P03' || code === '57014' || (typeof code === 'string' && (code.startsWith('53') || code.startsWith('58')))
}
