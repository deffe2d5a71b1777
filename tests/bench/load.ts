/**
 * The same POST over and over, on bare sockets and with the request made once: a full HTTP client takes as much of
 * two shared cores as the server it measures, and more of a few idle milliseconds than what it waits for.
 */
import net from 'node:net'

export interface Load {
  perSecond: number
  /** Milliseconds from the request's last byte handed over to the answer's last byte. */
  p50: number
  p99: number
}

export interface LoadOptions {
  url: string
  body: string
  connections: number
  seconds: number
}

/** One request at a time on each connection. Rejects at the first answer that is not 200. */
export async function load({ url, body, connections, seconds }: LoadOptions): Promise<Load> {
  const request = requestOf(url, body)
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  await Promise.all(Array.from({ length: connections }, async () => {
    const sender = await openSender(url)
    while (performance.now() < until) {
      const at = performance.now()
      await sender.send(request)
      times.push(performance.now() - at)
    }
    sender.close()
  }))
  times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(times[Math.floor(times.length * share)]! * 10) / 10
  return { perSecond: Math.round(times.length / seconds), p50: at(0.5), p99: at(0.99) }
}

export function requestOf(url: string, body: string): Buffer {
  const { host, pathname } = new URL(url)
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

export interface Sender {
  /** Resolves with the answer, one at a time. */
  send(request: Buffer): Promise<void>
  close(): void
}

export async function openSender(url: string): Promise<Sender> {
  const { hostname, port } = new URL(url)
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true }).setEncoding('latin1')
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let answer = ''
  let settle: { resolve(): void; reject(error: Error): void } | null = null
  const fail = (error: Error) => settle?.reject(error)
  socket.on('error', fail).on('close', () => fail(new Error(`${url} closed the connection.`)))
  socket.on('data', (part: string) => {
    answer += part
    if (!isWhole(answer)) return
    if (answer.startsWith('HTTP/1.1 200')) settle?.resolve()
    else fail(new Error(`${url} answered ${answer.slice(0, 200)}`))
  })
  return {
    send: (request) => new Promise((resolve, reject) => {
      answer = ''
      settle = { resolve, reject }
      socket.write(request)
    }),
    close() {
      settle = null
      socket.destroy()
    },
  }
}

/** One answer with its body: by its length, or to the last chunk. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer)
  return length === null || length.index > head ? answer.endsWith('0\r\n\r\n') : answer.length - head - 4 >= Number(length[1])
}
