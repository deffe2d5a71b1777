'use client'
/** The connection a step signs in with: one of the workspace's, and the way to make another. */
import { useMemo, type ComponentProps } from 'react'
import { namedAmong } from '#graph/compile/catalog.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useEditor } from '../context.ts'
import { NamePicker, type NameChoice } from './name-fields.tsx'
import classes from './form.module.css'

export function ConnectionPicker(props: Omit<ComponentProps<typeof NamePicker>, 'choices' | 'nothing'>) {
  const { catalog } = useEditor()
  const { path, role } = useWorkspace()
  const known = catalog.values?.connections
  const now = namedAmong(known ?? [], props.value)?.name
  const former = now !== undefined && now !== props.value
  const choices = useMemo((): NameChoice[] => {
    const all = (known ?? []).map((one) => ({ value: one.name, note: one.baseUrl ?? one.hosts.join(', ') }))
    return former ? [{ value: props.value, note: `now called ${now}` }, ...all] : all
  }, [known, former, now, props.value])
  const manages = role === 'owner' || role === 'admin'
  const help = former ? `It is called ${now} now. The earlier name still leads to it.` : props.help
  return (
    <div>
      <NamePicker {...props} help={help} placeholder="Choose a connection" choices={choices} nothing="There is no connection yet" />
      <a className={classes.elsewhere} href={path('/settings#connections')} target="_blank" rel="noreferrer">{manages ? 'Make or change connections' : 'See the connections'}</a>
    </div>
  )
}
