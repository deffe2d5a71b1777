'use client'
import { Menu, Tooltip, UnstyledButton } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { places, type Place } from '#ui/shell/places.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './shell.module.css'

export function Rail() {
  const workspace = useWorkspace()
  const pathname = usePathname()
  const trpc = useTRPC()
  const counts = useQuery(trpc.runs.counts.queryOptions({ workspace: workspace.slug }))
  const needsPerson = counts.data?.needsPerson ?? 0
  const failed = counts.data?.failedLately ?? 0
  const mentions = useQuery(trpc.comments.unseen.queryOptions({ workspace: workspace.slug })).data?.length ?? 0
  const labelOf = (place: Place): string => {
    if (place.name === 'Runs') return runsLabel(needsPerson, failed)
    return place.path === '' && mentions > 0 ? `Home: mentioned in ${mentions} ${mentions === 1 ? 'comment' : 'comments'}` : place.name
  }
  const isOn = (place: Place) => (place.path === '' ? pathname === workspace.path('') : pathname.startsWith(workspace.path(place.path)))
  const entry = (place: Place) => (
    <Tooltip key={place.path} label={labelOf(place)} position="right">
      <Link
        href={workspace.path(place.path)} className={classes.railLink} data-on={isOn(place) || undefined} data-minor={place.minor}
        aria-label={labelOf(place)} aria-current={isOn(place) ? 'page' : undefined}
      >
        <place.icon size={19} stroke={1.6} aria-hidden />
        <span className={classes.railName}>{place.name}</span>
        {place.path === '' && mentions > 0 ? <span className={`${classes.count} num`} data-quiet>{mentions > 99 ? '99+' : mentions}</span> : null}
        {place.name === 'Runs' && failed > 0 ? <span className={`${classes.count} num`}>{failed > 99 ? '99+' : failed}</span> : null}
        {place.name === 'Runs' && failed === 0 && needsPerson > 0 ? <span className={classes.dot} /> : null}
      </Link>
    </Tooltip>
  )
  return (
    <nav className={classes.rail} aria-label="Workspace">
      {places.filter((place) => place.bottom !== true).map(entry)}
      <MorePlaces on={places.some((place) => place.minor === true && isOn(place))} />
      <span className={classes.space} />
      {places.filter((place) => place.bottom === true).map(entry)}
    </nav>
  )
}

function runsLabel(needsPerson: number, failed: number): string {
  if (failed > 0) return `Runs: ${failed} failed in the last 24 hours`
  return needsPerson > 0 ? `Runs: ${needsPerson} need a person` : 'Runs'
}

/** The phone's way to what the bottom bar has no room for. */
function MorePlaces({ on }: { on: boolean }) {
  const workspace = useWorkspace()
  return (
    <Menu position="top-end" width={200}>
      <Menu.Target>
        <UnstyledButton className={`${classes.railLink} ${classes.more}`} data-on={on || undefined} aria-label="More">
          <IconDots size={19} stroke={1.6} aria-hidden />
          <span className={classes.railName}>More</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {places.filter((place) => place.minor === true).map((place) => (
          <Menu.Item key={place.path} component={Link} href={workspace.path(place.path)} leftSection={<place.icon size={16} stroke={1.7} />} h={44}>
            {place.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
