'use client'
/** The browser's way to the server: typed, batched, with live changes over server-sent events. */
import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError, type TRPCClient } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import type { ErrorShape } from '#base/errors.ts'
import type { AppRouter } from '#server/router.ts'

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

export function makeTrpcClient(): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: '/api/trpc' }),
        false: httpBatchLink({ url: '/api/trpc', maxURLLength: 4000 }),
      }),
    ],
  })
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        // What a retry cannot mend is told at once.
        retry: (count, error) => count < 2 && !['bad_request', 'not_found', 'forbidden', 'unauthorized'].includes(errorShape(error).code),
      },
    },
  })
}

/** What the server said went wrong, or that it could not be reached. */
export function errorShape(error: unknown): ErrorShape {
  if (error instanceof TRPCClientError) {
    const data: unknown = error.data
    if (typeof data === 'object' && data !== null && 'fanwise' in data) return data.fanwise as ErrorShape
    return { code: 'unavailable', message: 'The server did not answer.', fix: 'Your runs go on. Check the connection and try again.' }
  }
  return { code: 'internal', message: error instanceof Error ? error.message : 'Something failed in this page.', fix: 'Reload the page.' }
}
