/** What somebody outside says to a run that waits: a signal with its data, a person's decision. The first one counts. */
import type pg from 'pg'
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { Decision } from '#engine/end-of-wait.ts'
import { audit, type Actor } from '#engine/audit.ts'
import { approvalWait, signalWait, waitResolve } from '#engine/sql/wait.ts'
import { texts, uuids } from '#engine/sql/arrays.ts'
import { inTransaction } from '#engine/transaction.ts'

/** `late`: the time limit has passed. `unasked`: the run has not come to that step, or is over. */
export type DecideAnswer = { state: 'decided' } | { state: 'already'; decision: Decision } | { state: 'late' } | { state: 'unasked' }

export interface DecideContext {
  pool: pg.Pool
  woken(runs: { workspaceId: string; runId: string }[]): void
}

export async function decideApproval(context: DecideContext, workspaceId: string, runId: string, step: string, decision: Omit<Decision, 'at'>, actor?: Actor): Promise<DecideAnswer> {
  return waking(context, async (client, woken) => {
    const { rows } = await client.query<{ decided: boolean; result: Decision | null; late: boolean }>({ ...approvalWait, values: [workspaceId, runId, step] })
    const wait = rows[0]
    if (wait === undefined) return { state: 'unasked' }
    if (wait.decided) return { state: 'already', decision: wait.result! }
    if (wait.late) return { state: 'late' }
    await resolve(client, workspaceId, runId, step, { ...decision, at: new Date().toISOString() })
    if (actor !== undefined) await audit(client, workspaceId, actor, 'approval.decide', publicId('run', runId), { step, decision: decision.decision, comment: decision.comment })
    woken.push({ workspaceId, runId })
    return { state: 'decided' }
  })
}

/** The run that took it, or null when none waits for the name. @param person looks at one run; programs send too many to be written down */
export async function sendSignal(context: DecideContext, workspaceId: string, signal: string, data: JsonObject, person?: { runId: string; actor: Actor }): Promise<{ runId: string } | null> {
  // No run waits for such a name, and Postgres takes no text with it.
  if (signal.includes('\u0000')) return null
  return waking(context, async (client, woken) => {
    const { rows } = await client.query<{ run: string; step: string }>({ ...signalWait, values: [workspaceId, signal, person?.runId ?? null] })
    if (rows[0] === undefined) return null
    await resolve(client, workspaceId, rows[0].run, rows[0].step, data)
    if (person !== undefined) await audit(client, workspaceId, person.actor, 'run.signal', publicId('run', rows[0].run), { step: rows[0].step, signal })
    woken.push({ workspaceId, runId: rows[0].run })
    return { runId: rows[0].run }
  })
}

async function resolve(client: pg.PoolClient, workspaceId: string, runId: string, step: string, result: unknown): Promise<void> {
  await client.query({ ...waitResolve, values: [uuids([workspaceId]), uuids([runId]), texts([step]), texts([JSON.stringify(result)])] })
}

/** As one transaction; whoever waits no more is told once it has committed. */
async function waking<T>({ pool, woken: announce }: DecideContext, work: (client: pg.PoolClient, woken: { workspaceId: string; runId: string }[]) => Promise<T>): Promise<T> {
  const woken: { workspaceId: string; runId: string }[] = []
  const answer = await inTransaction(pool, (client) => work(client, woken))
  if (woken.length > 0) announce(woken)
  return answer
}
