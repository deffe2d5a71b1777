/**
 * The same POST over and over on a number of connections, one at a time on each. Written on bare sockets, with the
 * request made once: a full HTTP client takes as much of two shared cores as the server it measures.
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

/** Rejects at the first answer that is not 200. */
export async function load({ url, body, connections, seconds }: LoadOptions): Promise<Load> {
  const { hostname, port, pathname } = new URL(url)
  const request = Buffer.from(`POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  const until = performance.now() + seconds * 1000
  const times: number[] = []
  await Promise.all(Array.from({ length: connections }, () => new Promise<void>((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
    let answer = ''
    let at = 0
    const send = () => {
      if (performance.now() >= until) return void socket.end(resolve)
      answer = ''
      at = performance.now()
      socket.write(request)
    }
    socket.setEncoding('latin1').on('connect', send).on('error', reject).on('close', () => reject(new Error(`${url} closed the connection.`)))
    socket.on('data', (part: string) => {
      answer += part
      if (!isWhole(answer)) return
      if (!answer.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(`${url} answered ${answer.slice(0, 200)}`))
      times.push(performance.now() - at)
      send()
    })
  })))
  times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(times[Math.floor(times.length * share)]! * 10) / 10
  return { perSecond: Math.round(times.length / seconds), p50: at(0.5), p99: at(0.99) }
}

/** One answer with its body: by its length, or to the last chunk. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer)
  return length === null || length.index > head ? answer.endsWith('0\r\n\r\n') : answer.length - head - 4 >= Number(length[1])
}
