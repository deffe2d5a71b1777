'use client'
/**
 * The page, as long as its person is in the workspace. Whatever it asks for, the server says when that is over;
 * the stream of changes then ends, which makes the page ask.
 */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useLive } from '#ui/live.tsx'
import { Logo } from '#ui/logo.tsx'
import { useShell } from '#ui/shell/workspace-context.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './shell.module.css'

/** The stream says only that it ended. */
export function AskWhenLost() {
  const client = useQueryClient()
  const trpc = useTRPC()
  const { state } = useLive()
  useEffect(() => {
    if (state === 'lost') void client.invalidateQueries(trpc.workspaces.here.pathFilter())
  }, [state, client, trpc])
  return null
}

export function WhileMember({ children }: { children: ReactNode }) {
  const { workspace, user } = useShell()
  const client = useQueryClient()
  const [gone, setGone] = useState(false)
  useEffect(() => {
    const look = (error: unknown): void => {
      if (error instanceof Error && errorShape(error).facts?.['notIn'] === workspace.slug) setGone(true)
    }
    const stops = [client.getQueryCache().subscribe(({ query }) => look(query.state.error)), client.getMutationCache().subscribe(({ mutation }) => look(mutation?.state.error))]
    return () => stops.forEach((stop) => stop())
  }, [client, workspace.slug])
  if (!gone) return children
  return (
    <main className={classes.gone} id="main">
      <Logo />
      <h1>You are not in {workspace.name} any more</h1>
      <p>An owner or admin removed you, or you left in another window; or its owner deleted it. If you were removed by mistake, ask them to invite {user.email} again: what you made is still there.</p>
      <div><Button variant="filled" component="a" href="/">Go to your workspaces</Button></div>
    </main>
  )
}
