/**
 * Between processes: one LISTEN connection, one connection that sends. NOTIFY takes a lock of the
 * whole server until COMMIT, so it never stands inside a hot transaction: messages are gathered for
 * 10 ms and sent from here with synchronous_commit off. Losing one is harmless,
 * every worker also polls.
 */
import pg from 'pg'
import type { LiveChange } from '#engine/api.ts'
import type { ServiceNews } from '#engine/holds/breaker.ts'

const channel = 'fanwise'
const gatherMs = 10
const payloadBytesMax = 7500
const reconnectMs = 1000

export interface Message {
  from: string
  /** Jobs were queued: workers look. */
  wake?: boolean
  routes?: string
  /** Holds were set or taken away. */
  holds?: boolean
  /** Services that fail, or that answer again. */
  services?: ServiceNews[]
  /** A function was paused, and its runs that execute are to be cancelled. */
  cancel?: { workspaceId: string; functionId: string; by: string }
  live?: { workspaceId: string; change: LiveChange }
  /** Something the host says to its other processes. */
  said?: { topic: string; data: unknown }
}

export class Notifier {
  private readonly id = crypto.randomUUID()
  private listener: pg.Client | null = null
  private sender: pg.Client | null = null
  private outbox: Message[] = []
  private timer: NodeJS.Timeout | null = null
  private sending = false
  private closed = false

  constructor(private readonly connectionString: string, private readonly onMessage: (message: Message) => void, private readonly onReconnect: () => void) {}

  async start(): Promise<void> {
    await this.listen()
  }

  send(message: Omit<Message, 'from'>): void {
    if (this.closed) return
    if (message.wake === true && this.outbox.some((other) => other.wake === true)) return
    this.outbox.push({ ...message, from: this.id })
    this.schedule()
  }

  /** One message after another over the one connection: while it sends, what comes gathers. */
  private schedule(): void {
    if (!this.sending) this.timer ??= setTimeout(() => void this.flush(), gatherMs)
  }

  async stop(): Promise<void> {
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
    await Promise.all([this.listener?.end().catch(() => {}), this.sender?.end().catch(() => {})])
  }

  private async listen(): Promise<void> {
    if (this.closed) return
    const client = new pg.Client({ connectionString: this.connectionString, application_name: 'fanwise listen' })
    client.on('error', () => {})
    client.on('end', () => {
      if (!this.closed) setTimeout(() => void this.listen().catch(() => {}), reconnectMs)
    })
    client.on('notification', (notification) => this.receive(notification.payload ?? ''))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      const again = this.listener !== null
      this.listener = client
      if (again) this.onReconnect()
    } catch {
      await client.end().catch(() => {})
    }
  }

  private receive(payload: string): void {
    try {
      for (const message of JSON.parse(payload) as Message[]) if (message.from !== this.id) this.onMessage(message)
    } catch {
      // Not ours: anyone may notify on the channel.
    }
  }

  private async flush(): Promise<void> {
    this.timer = null
    const messages = this.outbox
    this.outbox = []
    this.sending = true
    try {
      this.sender ??= await this.connectSender()
      for (const payload of payloads(messages)) await this.sender.query({ name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, payload] })
    } catch {
      await this.sender?.end().catch(() => {})
      this.sender = null
    }
    this.sending = false
    if (this.outbox.length > 0 && !this.closed) this.schedule()
  }

  private async connectSender(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.connectionString, application_name: 'fanwise notify' })
    client.on('error', () => {})
    await client.connect()
    await client.query('set synchronous_commit = off')
    return client
  }
}

function payloads(messages: Message[]): string[] {
  const result: string[] = []
  let group: Message[] = []
  let size = 2
  for (const message of messages) {
    const bytes = Buffer.byteLength(JSON.stringify(message)) + 1
    if (bytes > payloadBytesMax) continue
    if (size + bytes > payloadBytesMax) {
      result.push(JSON.stringify(group))
      group = []
      size = 2
    }
    group.push(message)
    size += bytes
  }
  if (group.length > 0) result.push(JSON.stringify(group))
  return result
}
