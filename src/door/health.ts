/** /health: the process lives. /readyz: it can do its work, and the engine's invariants hold. */
import type { ServerResponse } from 'node:http'
import { sendJson } from '#server/http/respond.ts'
import { getEngine } from '#server/engine.ts'

export function sendHealth(response: ServerResponse): void {
  sendJson(response, 200, { status: 200, message: 'OK' })
}

export async function sendReadiness(response: ServerResponse): Promise<void> {
  try {
    const engine = getEngine()
    await engine.pool.query('select 1')
    const invariants = await engine.knownInvariants()
    const broken = Object.values(invariants).some((count) => count > 0)
    sendJson(response, broken ? 500 : 200, { ready: !broken, engine: engine.status(), invariants })
  } catch {
    sendJson(response, 503, { ready: false, message: 'The database does not answer.' })
  }
}
