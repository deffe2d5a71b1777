'use client'
/** ⌘K: any place, workflow or function of the workspace. */
import { Spotlight, spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconFunction, IconSearch, IconSitemap, IconUsers, type Icon } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { places } from '#ui/shell/places.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './shell.module.css'

export function GoToButton() {
  return (
    <button type="button" className={classes.goTo} onClick={spotlight.open} aria-label="Go to anything">
      <IconSearch size={15} stroke={1.7} aria-hidden />
      <span>Go to anything</span>
      <span className={classes.key}>⌘K</span>
    </button>
  )
}

export function GoTo() {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const [opened, setOpened] = useState(false)
  const workflows = useQuery(trpc.workflows.list.queryOptions({ workspace: workspace.slug }, { enabled: opened }))
  const functions = useQuery(trpc.functions.list.queryOptions({ workspace: workspace.slug }, { enabled: opened }))
  const action = (id: string, label: string, description: string, path: string, icon: Icon): SpotlightActionData => {
    const Drawn = icon
    return { id, label, description, leftSection: <Drawn size={16} stroke={1.7} />, onClick: () => router.push(workspace.path(path)) }
  }
  const groups: SpotlightActionGroupData[] = [
    { group: 'Places', actions: [...places.map((place) => action(place.path || 'home', place.name, place.about, place.path, place.icon)), action('people', 'People', 'Who is in this workspace; inviting somebody.', '/settings/people', IconUsers)] },
    { group: 'Workflows', actions: (workflows.data ?? []).map((one) => action(`w-${one.slug}`, one.name, one.slug, `/workflows/${one.slug}`, IconSitemap)) },
    { group: 'Functions', actions: (functions.data ?? []).map((one) => action(`f-${one.slug}`, one.slug, `Its runs, v${one.version}`, `/runs?function=${encodeURIComponent(one.slug)}`, IconFunction)) },
  ]
  return (
    <Spotlight
      actions={groups.filter((group) => group.actions.length > 0)} onSpotlightOpen={() => setOpened(true)} shortcut="mod + K" highlightQuery overlayProps={{ blur: 0, backgroundOpacity: 0.36 }} limit={12} scrollable maxHeight={420}
      nothingFound="Nothing by that name." searchProps={{ placeholder: 'Go to a place, workflow or function', leftSection: <IconSearch size={16} stroke={1.7} />, 'aria-label': 'Go to anything' }}
    />
  )
}
