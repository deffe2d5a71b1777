/** What a process does when another one says something. */
import type { EngineOptions, LiveChange } from '#engine/api.ts'
import type { Breaker } from '#engine/holds/breaker.ts'
import type { Holds } from '#engine/holds/holds.ts'
import type { Hub } from '#engine/live.ts'
import type { Routes } from '#engine/match.ts'
import type { Message } from '#engine/notify.ts'
import type { Worker } from '#engine/worker.ts'

export interface Hearers {
  worker: Worker | null
  routes: Routes
  hub: Hub
  holds: Holds
  breaker: Breaker
  /** Of the host. */
  listeners: ReadonlySet<(topic: string, data: unknown) => void>
  cancelBegun(cancel: NonNullable<Message['cancel']>): Promise<void>
  log: EngineOptions['log']
}

export function receiver({ worker, routes, hub, holds, breaker, listeners, cancelBegun, log }: Hearers): (message: Message) => void {
  return (message) => {
    if (message.wake === true) worker?.kick()
    if (message.holds === true) void holds.refresh().catch(() => {})
    for (const news of message.services ?? []) breaker.heard(news)
    if (message.cancel !== undefined && worker !== null) {
      void cancelBegun(message.cancel).catch((error: unknown) => log('warn', 'Runs of a paused function could not be cancelled.', { error: String(error) }))
    }
    if (message.routes !== undefined) {
      routes.forget(message.routes)
      worker?.limitsChanged()
    }
    if (message.said !== undefined) for (const listener of listeners) listener(message.said.topic, message.said.data)
    if (message.live !== undefined) hub.deliver(message.live.workspaceId, message.live.change as LiveChange)
  }
}
