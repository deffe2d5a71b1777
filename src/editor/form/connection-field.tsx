'use client'
/** The connection a step signs in with: one of the workspace's, and the way to make another. */
import { useMemo, type ComponentProps } from 'react'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useEditor } from '../context.ts'
import { NamePicker, type NameChoice } from './name-fields.tsx'
import classes from './form.module.css'

export function ConnectionPicker(props: Omit<ComponentProps<typeof NamePicker>, 'choices' | 'nothing'>) {
  const { catalog } = useEditor()
  const { path, role } = useWorkspace()
  const known = catalog.values?.connections
  const choices = useMemo((): NameChoice[] => (known ?? []).map((one) => ({ value: one.name, note: one.hosts.join(', ') })), [known])
  const manages = role === 'owner' || role === 'admin'
  return (
    <div>
      <NamePicker {...props} placeholder="Choose a connection" choices={choices} nothing="There is no connection yet" />
      <a className={classes.elsewhere} href={path('/settings#connections')} target="_blank" rel="noreferrer">{manages ? 'Make or change connections' : 'See the connections'}</a>
    </div>
  )
}
