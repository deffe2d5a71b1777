'use client'
/** The built-in services: how each behaves, and what it received. */
import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { ReceivedList } from '#observe/playground/received-list.tsx'
import { ServiceCard } from '#observe/playground/service-card.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { LiveBadge } from '#ui/live-badge.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './playground.module.css'

export function PlaygroundPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const router = useRouter()
  const pathname = usePathname()
  const services = useQuery(trpc.playground.services.queryOptions({ workspace: workspace.slug }))
  const asked = useSearchParams().get('service')
  const all = services.data ?? []
  const current = all.find((one) => one.name === asked) ?? all.find((one) => one.received > 0) ?? all[0]
  return (
    <Page crumbs={[{ label: 'Playground' }]} actions={<LiveBadge />}>
      <h1 className={classes.title}>Playground</h1>
      <p className={classes.lead}>
        Services inside Fanwise that steps call like any other, at <code>playground://service/path</code>. Make one fail, slow or strict, and watch what your functions do.
      </p>
      {services.error === null ? null : <ErrorNote error={services.error} onRetry={() => void services.refetch()} />}
      {services.isPending ? <Loader aria-label="Loading the services" /> : null}
      <div className={classes.cards}>
        {all.map((service) => (
          <ServiceCard
            key={service.name} service={service} selected={service.name === current?.name}
            onSelect={() => router.replace(`${pathname}?service=${service.name}`, { scroll: false })}
          />
        ))}
      </div>
      {current === undefined ? null : <ReceivedList service={current.name} />}
    </Page>
  )
}
