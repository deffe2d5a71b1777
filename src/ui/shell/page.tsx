'use client'
/** A workspace page: the top bar with where you are and what you can do, then the content. */
import Link from 'next/link'
import type { ReactNode } from 'react'
import { LogoMark } from '#ui/logo.tsx'
import { GoToButton } from '#ui/shell/go-to.tsx'
import { UserMenu } from '#ui/shell/user-menu.tsx'
import { WorkspaceMenu } from '#ui/shell/workspace-menu.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import classes from './shell.module.css'

export interface Crumb {
  label: ReactNode
  /** Path inside the workspace: `/runs`. The last crumb has none. */
  path?: string
}

export interface PageProps {
  crumbs?: Crumb[]
  /** Buttons on the right of the top bar. */
  actions?: ReactNode
  /** Leave out "Go to anything", where the bar is full. */
  compact?: boolean
  /** No padding around the content: tables, canvases. */
  flush?: boolean
  children: ReactNode
}

export function Page({ crumbs = [], actions, compact = false, flush = false, children }: PageProps) {
  return (
    <>
      <TopBar crumbs={crumbs} actions={actions} compact={compact} />
      <main id="main" className={classes.main}>
        {flush ? children : <div className={classes.content}>{children}</div>}
      </main>
    </>
  )
}

export function TopBar({ crumbs = [], actions, compact = false }: Pick<PageProps, 'crumbs' | 'actions' | 'compact'>) {
  const workspace = useWorkspace()
  return (
    <header className={classes.top} data-compact={compact || undefined}>
      <Link href={workspace.path('')} className={classes.mark} aria-label={`Fanwise, home of ${workspace.name}`}><LogoMark /></Link>
      <div className={classes.crumbs}>
        <span className={classes.crumbsRoot} data-lone={crumbs.length === 0 || undefined}><WorkspaceMenu strong={crumbs.length === 0} /></span>
        {crumbs.map((crumb, index) => (
          <span key={index} className={classes.crumb} data-last={index === crumbs.length - 1 || undefined}>
            <i aria-hidden>/</i>
            {crumb.path === undefined ? <b className="cut">{crumb.label}</b> : <Link href={workspace.path(crumb.path)} className="cut">{crumb.label}</Link>}
          </span>
        ))}
      </div>
      <span style={{ flex: 1 }} />
      {compact ? null : <GoToButton />}
      {actions}
      <UserMenu />
    </header>
  )
}
