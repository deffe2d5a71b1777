/**
 * One stream of news for all windows of this browser that ask for the same. Over HTTP/1.1 a browser has six
 * connections to a host, for all its windows together, and a stream takes one for as long as it lasts. So the
 * window that holds the browser's lock keeps the stream and passes on what it brings; when it goes, the lock
 * goes to the next. Where there are no locks (an address that is neither https nor localhost) each window has
 * a stream of its own.
 */

export type StreamState = 'connecting' | 'live' | 'lost'

export interface StreamEvents<T> {
  data(value: T): void
  /** It begins, or begins again: what happened before was not heard. */
  started(): void
  state(state: StreamState): void
}

type Message<T> = { type: 'joins' } | { type: 'data'; value: T } | { type: 'started' } | { type: 'state'; state: StreamState }

/** @param open begins a stream and answers the function that ends it @returns leaves */
export function joinStream<T>(name: string, open: (events: StreamEvents<T>) => () => void, events: StreamEvents<T>): () => void {
  if (typeof BroadcastChannel === 'undefined' || navigator.locks === undefined) return open(events)
  const channel = new BroadcastChannel(name)
  const say = (message: Message<T>): void => channel.postMessage(message)
  const leaving = new AbortController()
  let led: StreamState | null = null
  let heard = false
  const begin = (): void => {
    heard = true
    events.started()
  }
  channel.onmessage = ({ data: message }: MessageEvent<Message<T>>) => {
    if (message.type === 'joins') {
      if (led !== null) say({ type: 'state', state: led })
    } else if (message.type === 'data') events.data(message.value)
    else if (message.type === 'started') begin()
    else {
      events.state(message.state)
      // For who comes to a stream that goes on, it begins now.
      if (message.state === 'live' && !heard) begin()
    }
  }
  say({ type: 'joins' })
  const lead = (): Promise<void> => new Promise((resolve) => {
    if (leaving.signal.aborted) return resolve()
    led = 'connecting'
    const close = open({
      data: (value) => {
        events.data(value)
        say({ type: 'data', value })
      },
      started: () => {
        events.started()
        say({ type: 'started' })
      },
      state: (state) => {
        led = state
        events.state(state)
        say({ type: 'state', state })
      },
    })
    leaving.signal.addEventListener('abort', () => {
      close()
      resolve()
    })
  })
  // It is refused only because this window left before its turn came.
  navigator.locks.request(name, { signal: leaving.signal }, lead).catch(() => {})
  return () => {
    leaving.abort()
    channel.close()
  }
}
