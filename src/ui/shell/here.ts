'use client'
/** Who the person is in the workspace and what it is called: as the page was loaded, then as it changes, without loading it again. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { roleWords, type RoleName } from '#base/role-words.ts'
import { notifyDone } from '#ui/notify.ts'
import type { ShellWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function useHere(loaded: ShellWorkspace): ShellWorkspace {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.workspaces.here.queryOptions({ workspace: loaded.slug }, { initialData: { role: loaded.role as RoleName, name: loaded.name } }))
  useTellRole(loaded.slug, data.role, data.name)
  return { slug: loaded.slug, role: data.role, name: data.name }
}

/** Another role may do other things, and is shown other things. */
function useTellRole(slug: string, role: RoleName, name: string): void {
  const client = useQueryClient()
  const before = useRef({ slug, role })
  useEffect(() => {
    const { current } = before
    before.current = { slug, role }
    if (current.slug !== slug || current.role === role) return
    notifyDone(`You are ${roleWords[role].as} in ${name} now.`)
    void client.invalidateQueries()
  }, [client, slug, role, name])
}
