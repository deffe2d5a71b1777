/**
 * One request and its whole answer over the agent's connections, without the streams of undici's request():
 * answers are capped and wanted whole, and a stream for each cost a third of what a short call takes.
 */
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Agent, Dispatcher } from 'undici'

export interface Exchange {
  url: URL
  method: string
  headers: Record<string, string>
  body: string | undefined
  /** The most bytes of the answer's body, as sent and as unpacked; one more and `tooLarge` is thrown. */
  bytesMax: number
  tooLarge(): Error
}

export interface ExchangeAnswer {
  status: number
  /** Names in lower case; a header that came more than once has its values joined with commas. */
  headers: Record<string, string>
  body: Buffer
}

/** Rejects with the signal's reason, `tooLarge`, or what the network says. */
export async function exchange(agent: Agent, asked: Exchange, signal: AbortSignal): Promise<ExchangeAnswer> {
  const answer = await new Promise<ExchangeAnswer>((resolve, reject) => {
    const collector = new Collector(asked, signal, resolve, reject)
    if (signal.aborted) return reject(signal.reason as Error)
    signal.addEventListener('abort', collector, { once: true })
    const { url, method, headers, body } = asked
    agent.dispatch({ origin: url.origin, path: `${url.pathname}${url.search}`, method: method as Dispatcher.HttpMethod, headers, body: body ?? null }, collector)
  })
  return { ...answer, body: await unpacked(answer, asked) }
}

class Collector implements Dispatcher.DispatchHandler {
  private readonly asked: Exchange
  private readonly signal: AbortSignal
  private readonly resolve: (answer: ExchangeAnswer) => void
  private readonly reject: (error: Error) => void
  private controller: Dispatcher.DispatchController | null = null
  private status = 0
  private headers: Record<string, string> = {}
  private chunks: Buffer[] = []
  private size = 0

  constructor(asked: Exchange, signal: AbortSignal, resolve: (answer: ExchangeAnswer) => void, reject: (error: Error) => void) {
    this.asked = asked
    this.signal = signal
    this.resolve = resolve
    this.reject = reject
  }

  /** The signal has given up: at once, also while the request waits for a connection. */
  handleEvent(): void {
    const reason = this.signal.reason as Error
    this.reject(reason)
    this.controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    if (this.signal.aborted) controller.abort(this.signal.reason as Error)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.status = status
    this.headers = {}
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined) this.headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length
    if (this.size > this.asked.bytesMax) controller.abort(this.asked.tooLarge())
    else this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.signal.removeEventListener('abort', this)
    this.resolve({ status: this.status, headers: this.headers, body: this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks) })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.signal.removeEventListener('abort', this)
    this.reject(error)
  }
}

const unpackers: Record<string, (bytes: Buffer, options: zlib.ZlibOptions & zlib.BrotliOptions) => Promise<Buffer>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip), 'x-gzip': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate), br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
}

async function unpacked({ headers, body }: ExchangeAnswer, { bytesMax, tooLarge }: Exchange): Promise<Buffer> {
  const encoding = headers['content-encoding']
  const unpack = encoding === undefined || body.length === 0 ? undefined : unpackers[encoding.trim().toLowerCase()]
  if (unpack === undefined) return body
  return unpack(body, { maxOutputLength: bytesMax }).catch((thrown: NodeJS.ErrnoException) => {
    throw thrown.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : thrown
  })
}
