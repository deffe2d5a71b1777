'use client'
import { createContext, useContext } from 'react'

export interface ShellWorkspace {
  slug: string
  name: string
  role: string
}

export interface ShellUser {
  /** Public id. */
  id: string
  email: string
  name: string | null
}

interface ShellContext {
  workspace: ShellWorkspace
  user: ShellUser
  workspaces: { slug: string; name: string }[]
}

const Context = createContext<ShellContext | null>(null)
export const ShellProvider = Context.Provider

export function useShell(): ShellContext {
  const value = useContext(Context)
  if (value === null) throw new Error('useShell needs the workspace shell above it')
  return value
}

/** The workspace of the page, with `path('/runs')` → `/w/<slug>/runs`. */
export function useWorkspace(): ShellWorkspace & { path(rest: string): string } {
  const { workspace } = useShell()
  return { ...workspace, path: (rest) => `/w/${workspace.slug}${rest}` }
}
