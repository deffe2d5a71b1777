/** What a call of the public API is: a plain function with its address, its input and its answer described by schemas. */
import type { z } from 'zod'
import type { Actor } from '#server/audit/record.ts'

export interface ApiRequest<Query = unknown, Body = unknown> {
  method: string
  /** Parts of the path: `:slug`, `:id`, `:service`. */
  path: Record<string, string>
  query: Query
  headers: Record<string, string | string[] | undefined>
  body: Body
  workspaceId: string
  /** The key that the call came with, for the audit. */
  actor: Actor
}

export interface ApiResponse {
  status: number
  body: unknown
}

export interface ApiRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1. */
  path: string
  /** Name in clients made from the description. */
  operationId: string
  summary: string
  tag: string
  query?: z.ZodType
  body?: z.ZodType
  /** Schema of the answer by status. */
  answers: Record<number, { description: string; schema: z.ZodType }>
  bodyBytesMax?: number
  handle(request: ApiRequest): Promise<ApiResponse>
}

/** Checks types where the route is written, and forgets them in the table. */
export function route<Q extends z.ZodType, B extends z.ZodType>(
  definition: Omit<ApiRoute, 'handle' | 'query' | 'body'> & { query?: Q; body?: B; handle(request: ApiRequest<z.output<Q>, z.output<B>>): Promise<ApiResponse> },
): ApiRoute {
  return definition as unknown as ApiRoute
}

