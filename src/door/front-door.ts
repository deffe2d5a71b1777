/**
 * The front door: the hot public routes go straight to the engine, the REST
 * API to its handlers, everything else to the pages. Next never sees the hot routes, so an
 * event costs no framework. Refuses what only attacks send: absolute-form targets, server
 * actions, and upgrades outside development.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { sendJson } from '#server/http/respond.ts'
import { engineRoutes } from '#door/routes.ts'
import { askedPathHeader } from '#server/http/asked-path.ts'

type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void
type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> | void

export interface FrontDoor {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** From here on the engine's routes answer; before, they are 503. */
  openEngine(): void
  openPages(pages: PageHandler, upgrade: UpgradeHandler | null): void
  /** Resolves when the changes and events that are under way have their answers, or after that time. */
  finish(withinMs: number): Promise<void>
}

export function createFrontDoor(): FrontDoor {
  let engineOpen = false
  let pages: PageHandler | null = null
  let upgradePages: UpgradeHandler | null = null
  let closing = false
  /** Whoever gets no answer does not know whether it was stored, and sends again. Pages and streams do no harm when they end. */
  const underWay = new Set<ServerResponse>()
  const keep = (request: IncomingMessage, response: ServerResponse) => {
    if (closing) response.setHeader('Connection', 'close')
    if (request.method === 'GET' || request.method === 'HEAD') return
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
  }

  return {
    handle(request, response) {
      const url = request.url ?? '/'
      if (!url.startsWith('/')) return sendJson(response, 400, { error: { code: 'bad_request', message: 'The request target must be a path.' } })
      keep(request, response)
      const route = engineRoutes(request.method ?? 'GET', url)
      if (route !== null) {
        if (!engineOpen) return starting(response)
        return void route(request, response)
      }
      if (request.method === 'POST' && request.headers['next-action'] !== undefined) {
        return sendJson(response, 404, { error: { code: 'not_found', message: 'There is nothing here.' } })
      }
      if (pages === null) return startingPage(response)
      request.headers[askedPathHeader] = url
      void pages(request, response)
    },
    upgrade(request, socket, head) {
      if (upgradePages === null || !(request.url ?? '').startsWith('/')) return void socket.destroy()
      void upgradePages(request, socket, head)
    },
    openEngine() {
      engineOpen = true
    },
    openPages(handler, upgrade) {
      pages = handler
      upgradePages = upgrade
    },
    async finish(withinMs) {
      closing = true
      for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close')
      const until = performance.now() + withinMs
      while (underWay.size > 0 && performance.now() < until) await delay(10)
    },
  }
}

function starting(response: ServerResponse): void {
  response.setHeader('Retry-After', '2')
  sendJson(response, 503, { error: { code: 'unavailable', message: 'Fanwise is starting.', fix: 'Try again in a few seconds.' } })
}

/** People who come a few seconds early see a page that looks again by itself. */
function startingPage(response: ServerResponse): void {
  response.writeHead(503, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Retry-After': '2', Refresh: '2' })
  response.end(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Fanwise is starting</title><body style="font:15px/22px system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0">
<p>Fanwise is starting. This page opens by itself in a few seconds.</p>`)
}
