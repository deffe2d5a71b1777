/** Path → handler of what does not go to the pages. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodedOrAsIs } from '#base/decoded.ts'
import { acceptEvent, allowEventSenders } from '#door/accept-event.ts'
import { acceptWebhook, checkWebhook } from '#door/accept-webhook.ts'
import { sendHealth, sendReadiness } from '#door/health.ts'
import { sendMetrics } from '#door/metrics.ts'
import { sendJson } from '#server/http/respond.ts'
import { handleApi } from '#server/api/handle-api.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** Null when the path belongs to the pages. */
export function engineRoutes(method: string, url: string): Handler | null {
  if (url.startsWith('/e/')) return eventRoute(method, pathPart(url, 3))
  if (url.startsWith('/hooks/')) return hookRoute(method, url)
  if (url.startsWith('/api/v1/')) return handleApi
  if (url === '/health') return (_request, response) => sendHealth(response)
  if (url === '/metrics') return (_request, response) => sendMetrics(response)
  if (url === '/readyz') return (_request, response) => sendReadiness(response)
  return null
}

/** Senders look whether an address is there by HEAD, or by a GET that brings nothing; a GET that brings data is told that nothing takes it. */
function hookRoute(method: string, url: string): Handler {
  const hookId = pathPart(url, 7)
  if (method === 'POST' || method === 'PUT') return (request, response) => acceptWebhook(request, response, hookId)
  if (method === 'HEAD' || (method === 'GET' && !url.includes('?'))) return (_request, response) => checkWebhook(response, hookId)
  return notAllowed('POST')
}

function eventRoute(method: string, key: string): Handler {
  if (method === 'POST') return (request, response) => acceptEvent(request, response, key)
  if (method === 'OPTIONS') return (_request, response) => allowEventSenders(response)
  return notAllowed('POST')
}

function pathPart(url: string, from: number): string {
  const end = url.slice(from).search(/[/?#]/)
  return decodedOrAsIs(end < 0 ? url.slice(from) : url.slice(from, from + end))
}

function notAllowed(allow: string): Handler {
  return (_request, response) => {
    response.setHeader('Allow', allow)
    sendJson(response, 405, { error: { code: 'bad_request', message: `This address takes ${allow} only.`, fix: `Send a ${allow} request.` } })
  }
}
