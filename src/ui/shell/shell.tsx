'use client'
/** What every workspace page stands in: rail (bottom bar on phones), live changes, ⌘K. Pages bring their own top bar (page.tsx). */
import type { ReactNode } from 'react'
import { GoTo } from '#ui/shell/go-to.tsx'
import { LiveProvider } from '#ui/live.tsx'
import { useHere } from '#ui/shell/here.ts'
import { Rail } from '#ui/shell/rail.tsx'
import { AskWhenLost, WhileMember } from '#ui/shell/while-member.tsx'
import { WorkerBanner } from '#ui/shell/worker-banner.tsx'
import { ShellProvider, type ShellUser, type ShellWorkspace } from '#ui/shell/workspace-context.tsx'
import classes from './shell.module.css'

export interface ShellProps {
  workspace: ShellWorkspace
  user: ShellUser
  workspaces: { slug: string; name: string }[]
  children: ReactNode
}

export function Shell({ workspace: loaded, user, workspaces: all, children }: ShellProps) {
  const workspace = useHere(loaded)
  const workspaces = all.map((one) => (one.slug === workspace.slug ? { slug: one.slug, name: workspace.name } : one))
  return (
    <ShellProvider value={{ workspace, user, workspaces }}>
      <WhileMember>
        <LiveProvider workspace={workspace.slug}>
          <AskWhenLost />
          <a className={classes.skip} href="#main">Skip to content</a>
          <div className={classes.shell}>
            <Rail />
            {children}
          </div>
          <WorkerBanner />
          <GoTo />
        </LiveProvider>
      </WhileMember>
    </ShellProvider>
  )
}
