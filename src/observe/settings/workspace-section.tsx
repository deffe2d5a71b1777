'use client'
/** What the workspace is called, and its end. */
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { DeleteWorkspace } from '#observe/settings/delete-workspace.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './settings.module.css'

export function WorkspaceSection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [edited, setEdited] = useState<string | null>(null)
  const rename = useMutation(trpc.workspaces.rename.mutationOptions({
    onSuccess: ({ name }) => {
      notifyDone(`The workspace is called ${name} now.`)
      client.setQueryData(trpc.workspaces.here.queryKey({ workspace: workspace.slug }), (here) => (here === undefined ? here : { ...here, name }))
      setEdited(null)
    },
  }))
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const name = edited ?? workspace.name
  const problem = rename.error === null ? null : errorShape(rename.error)
  const ofName = problem?.field === 'name'
  return (
    <section className={classes.section} id="workspace">
      <h2 className={classes.heading}>Workspace</h2>
      <p className={classes.about}>Its address stays <code>{workspace.path('')}</code> when its name changes, so that links, keys and webhooks go on working.</p>
      <form
        className={classes.rename}
        onSubmit={(submitted) => {
          submitted.preventDefault()
          rename.mutate({ workspace: workspace.slug, name })
        }}
      >
        <TextInput
          label="Name" required withAsterisk={false} maxLength={80} value={name} disabled={!manages} error={ofName ? `${problem.message} ${problem.fix ?? ''}` : undefined}
          onChange={(changed) => {
            setEdited(changed.currentTarget.value)
            rename.reset()
          }}
        />
        {manages ? <Button type="submit" loading={rename.isPending} disabled={name.trim() === '' || name.trim() === workspace.name}>Rename</Button> : null}
      </form>
      {manages ? null : <p className={classes.quiet}>Owners and admins change this.</p>}
      {problem === null || ofName ? null : <ErrorNote error={rename.error} />}
      {workspace.role === 'owner' ? <DeleteWorkspace /> : null}
    </section>
  )
}
