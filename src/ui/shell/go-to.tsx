'use client'
/** ⌘K: any place, workflow or function of the workspace. A page with a search of its own answers the key itself, and offers these as well. */
import { useHotkeys, useOs } from '@mantine/hooks'
import { createSpotlight, Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconFunction, IconSearch, IconSitemap, IconUsers, type Icon } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { openSearch } from '#ui/shell/open-search.ts'
import { places } from '#ui/shell/places.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './shell.module.css'

let ownSearch: (() => void) | null = null
const spotlight = createSpotlight()
const goAnywhere = (): void => openSearch(spotlight)

/** While a page is shown, ⌘K opens its own search. */
export function useOwnSearch(open: () => void): void {
  useEffect(() => {
    ownSearch = open
    return () => {
      ownSearch = null
    }
  }, [open])
}

export function GoToButton() {
  const os = useOs()
  return (
    <button type="button" className={classes.goTo} onClick={goAnywhere} aria-label="Go to anything">
      <IconSearch size={15} stroke={1.7} aria-hidden />
      <span>Go to anything</span>
      <span className={classes.key}>{os === 'macos' || os === 'ios' ? '⌘K' : 'Ctrl K'}</span>
    </button>
  )
}

/** Places, workflows and functions to go to; the lists are asked for once `opened`. */
export function useGoToGroups(opened: boolean): SpotlightActionGroupData[] {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
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
  return groups.filter((group) => group.actions.length > 0)
}

export function GoTo() {
  const [opened, setOpened] = useState(false)
  const groups = useGoToGroups(opened)
  // Also in fields; the code editor has longer shortcuts of its own that begin with this key.
  useHotkeys([['mod+K', (event) => {
    if (event.target instanceof Element && event.target.closest('.monaco-editor') !== null) return
    event.preventDefault()
    ;(ownSearch ?? goAnywhere)()
  }, { preventDefault: false }]], [])
  return (
    <Spotlight
      store={spotlight[0]} actions={groups} onSpotlightOpen={() => setOpened(true)} shortcut={null} highlightQuery overlayProps={{ blur: 0, backgroundOpacity: 0.36 }} limit={12} scrollable maxHeight={420}
      nothingFound="Nothing by that name." searchProps={{ placeholder: 'Go to a place, workflow or function', leftSection: <IconSearch size={16} stroke={1.7} />, 'aria-label': 'Go to anything' }}
    />
  )
}
