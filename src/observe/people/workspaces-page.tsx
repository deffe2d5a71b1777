'use client'
/** Where somebody is who has no workspace to be in, or wants to choose one. */
import { Button } from '@mantine/core'
import { signOut } from 'next-auth/react'
import Link from 'next/link'
import { Logo } from '#ui/logo.tsx'
import { NewWorkspaceForm } from '#ui/shell/new-workspace.tsx'
import card from '#observe/approvals/approvals.module.css'
import classes from './people.module.css'

export function WorkspacesPage({ email, workspaces }: { email: string; workspaces: { slug: string; name: string }[] }) {
  const none = workspaces.length === 0
  return (
    <main className={card.page}>
      <div className={card.card}>
        <Logo />
        <div>
          <h1 className={card.title}>{none ? 'You are in no workspace' : 'Your workspaces'}</h1>
          {none ? <p className={card.message}>A workspace holds workflows, their runs and the people who work on them. To get into one that exists, ask an owner or admin there to invite <b>{email}</b>. Or make one of your own, with examples that run.</p> : null}
        </div>
        {none ? null : <ul className={card.list}>{workspaces.map(({ slug, name }) => <li key={slug}><Link className={classes.workspace} href={`/w/${slug}`}>{name}</Link></li>)}</ul>}
        <NewWorkspaceForm autoFocus={none} />
        <p className={classes.account}>You are signed in as {email}. <Button size="xs" onClick={() => void signOut({ callbackUrl: '/signin' })}>Sign out</Button></p>
      </div>
    </main>
  )
}
