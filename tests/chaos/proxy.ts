/** A TCP proxy in front of Postgres: its target may move, and it breaks connections as networks do. */
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  port: number
  /** Where new connections go; Postgres comes back on another port. */
  target: number
  /** Milliseconds each piece of data is held back. */
  delayMs: number
  /** Pieces vanish and nothing is ever answered: a network that went away without a word. */
  silent: boolean
  /** Ends all connections at once; answers how many there were. */
  cutAll(): number
  /** The next `connections` statements lose their COMMIT or answer after `bytes` bytes, then the connection ends. */
  truncateNext(connections: number, direction: 'request' | 'answer', bytes: number): void
  close(): Promise<void>
}

export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>()
  const truncate = { left: 0, direction: 'request' as 'request' | 'answer', bytes: 0 }
  const server = createServer((client) => {
    const upstream = connect(proxy.target, '127.0.0.1')
    const pair: [Socket, Socket] = [client, upstream]
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    const forward = (from: Socket, to: Socket, direction: 'request' | 'answer') => {
      from.on('data', (data: Buffer) => {
        if (proxy.silent) return
        if (truncate.left > 0 && truncate.direction === direction && data.length > truncate.bytes) {
          truncate.left--
          to.write(data.subarray(0, truncate.bytes), end)
          return
        }
        if (proxy.delayMs === 0) to.write(data)
        else setTimeout(() => to.writable && to.write(data), proxy.delayMs)
      })
    }
    forward(client, upstream, 'request')
    forward(upstream, client, 'answer')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cutAll = () => {
    const count = pairs.size
    for (const [client, upstream] of pairs) {
      client.destroy()
      upstream.destroy()
    }
    return count
  }
  const proxy: Proxy = {
    port: (server.address() as { port: number }).port, target, delayMs: 0, silent: false, cutAll,
    truncateNext: (left, direction, bytes) => void Object.assign(truncate, { left, direction, bytes }),
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      cutAll()
    }),
  }
  return proxy
}
