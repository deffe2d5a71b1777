/** Sends events over HTTP all the while and remembers which were accepted. */
import type { World } from '#tests/chaos/world.ts'

export interface Sender {
  accepted: number[]
  refused: number
  /** Answers that were neither a 2xx nor a 503 with Retry-After, and errors of the door. */
  odd: string[]
  stop(): Promise<void>
}

/** Several at once, each with its next number as soon as its last was answered. */
export function startSending(world: World, atOnce: number, pauseMs: number): Sender {
  let going = true
  let next = 0
  const sender: Sender = { accepted: [], refused: 0, odd: [], stop: async () => {
    going = false
    await Promise.all(loops)
  } }
  const loop = async () => {
    while (going) {
      const n = next++
      try {
        const response = await fetch(world.doorUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'item/sent', data: { n } }), signal: AbortSignal.timeout(60_000) })
        const text = await response.text()
        if (response.status === 200) sender.accepted.push(n)
        else if (response.status === 503 && response.headers.get('retry-after') !== null) sender.refused++
        else sender.odd.push(`${response.status} ${text.slice(0, 120)}`)
      } catch (error) {
        sender.odd.push(String(error))
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  const loops = Array.from({ length: atOnce }, loop)
  return sender
}

/** Accepted numbers that are not stored as an event. */
export async function lostOf(world: World, accepted: number[]): Promise<number> {
  const rows = await world.query<{ n: number }>(`select (data->>'n')::int as n from event where workspace_id = $1 and name = 'item/sent'`, [world.workspace])
  const stored = new Set(rows.map(({ n }) => n))
  return accepted.filter((n) => !stored.has(n)).length
}
