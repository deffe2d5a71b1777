'use client'
/** Everything a page may rely on: theme, data, live changes, dialogs, session. */
import { MantineProvider } from '@mantine/core'
import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { SessionProvider } from 'next-auth/react'
import { useState, type ReactNode } from 'react'
import { cssVariablesResolver, theme } from '#ui/theme.ts'
import { makeQueryClient, makeTrpcClient, TRPCProvider } from '#ui/trpc.tsx'

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient)
  const [trpcClient] = useState(makeTrpcClient)
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <SessionProvider refetchOnWindowFocus={false}>
        <QueryClientProvider client={queryClient}>
          <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
            <ModalsProvider>
              <Notifications position="bottom-right" limit={4} />
              {children}
            </ModalsProvider>
          </TRPCProvider>
        </QueryClientProvider>
      </SessionProvider>
    </MantineProvider>
  )
}
