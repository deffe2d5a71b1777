/** The service that steps call. It fails at random, and notes who called, how often and how many at once. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  /** Idempotency keys that came for this number, with how often. */
  keys: Map<string, number>
  answered: number
}

export interface Service {
  url: string
  host: string
  calls: Map<number, Call>
  mostAtOnce: number
  total: number
  /** Calls from now on wait until `release`. */
  hold(): void
  release(): void
  close(): Promise<void>
}

/** @param failShare of the calls get 503 @param takesMs until the answer */
export async function startService(failShare: number, takesMs: number): Promise<Service> {
  const calls = new Map<number, Call>()
  let open = 0
  let gate: Promise<void> | null = null
  let openGate = () => {}
  const server = createServer((request, response) => {
    const n = Number(request.url!.split('/').at(-1))
    const key = String(request.headers['idempotency-key'])
    const call = calls.get(n) ?? { keys: new Map<string, number>(), answered: 0 }
    calls.set(n, call)
    call.keys.set(key, (call.keys.get(key) ?? 0) + 1)
    service.total++
    open++
    service.mostAtOnce = Math.max(service.mostAtOnce, open)
    // Counted until answered or until the caller's end of the connection is gone.
    response.once('close', () => open--)
    request.resume()
    const fails = Math.random() < failShare
    const answer = () => {
      if (response.destroyed) return
      if (!fails) call.answered++
      response.writeHead(fails ? 503 : 200, { 'content-type': 'application/json' }).end('{"ok":true}')
    }
    const held = gate
    setTimeout(() => (held === null ? answer() : void held.then(answer)), takesMs * (0.5 + Math.random()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const service: Service = {
    url: `http://${host}`, host, calls, mostAtOnce: 0, total: 0,
    hold: () => void (gate = new Promise((resolve) => (openGate = resolve))),
    release() {
      gate = null
      openGate()
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
  return service
}
