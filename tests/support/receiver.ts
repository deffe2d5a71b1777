/** An outside service under the test's control: sees every request with its true start and end. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Received {
  path: string
  idempotencyKey: string | null
  body: Record<string, unknown>
}

export interface Receiver {
  port: number
  url: string
  received: Received[]
  close(): Promise<void>
}

/** @param answer decides when and how to answer; resolves when it has */
export async function startReceiver(answer: (request: Received, response: ServerResponse) => Promise<void> | void): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const entry: Received = { path: request.url ?? '/', idempotencyKey: (request.headers['idempotency-key'] as string | undefined) ?? null, body: text === '' ? {} : JSON.parse(text) as Record<string, unknown> }
      received.push(entry)
      return answer(entry, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port, received, url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
