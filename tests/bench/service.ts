/**
 * A service that answers every request with `{}` after a while, on bare sockets: a full HTTP server takes a
 * tenth of the two cores that the workers are measured on. It takes one request at a time on a connection, without a body.
 */
import net from 'node:net'

export interface Service {
  host: string
  close(): void
}

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

export async function openService(waitMs: number): Promise<Service> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    let head = ''
    socket.setEncoding('latin1')
    socket.on('data', (part) => {
      head += String(part)
      if (!head.endsWith('\r\n\r\n')) return
      head = ''
      setTimeout(() => socket.write(answer), waitMs)
    })
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    host: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
