/** Other tabs of this browser that have the same workflow open: know of each other, and pass on news at once. */

interface Message {
  type: 'here' | 'reply' | 'saved' | 'bye'
  clientId: string
}

export interface Neighbours {
  /** Tell the others that something was saved. */
  saved(): void
  close(): void
}

export function meetNeighbours(draft: string, clientId: string, on: { count(others: number): void; saved(): void }): Neighbours {
  if (typeof BroadcastChannel === 'undefined') return { saved: () => {}, close: () => {} }
  const channel = new BroadcastChannel(`fanwise:${draft}`)
  const others = new Set<string>()
  const say = (type: Message['type']): void => channel.postMessage({ type, clientId } satisfies Message)
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.clientId === clientId) return
    if (data.type === 'bye') others.delete(data.clientId)
    else others.add(data.clientId)
    if (data.type === 'here') say('reply')
    if (data.type === 'saved') on.saved()
    on.count(others.size)
  }
  const leave = (): void => say('bye')
  window.addEventListener('pagehide', leave)
  say('here')
  return {
    saved: () => say('saved'),
    close: () => {
      window.removeEventListener('pagehide', leave)
      leave()
      channel.close()
    },
  }
}
