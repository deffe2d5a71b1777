'use client'
/** Narrows the audit. The choice lives in the address, so that it can be sent to somebody and survives a reload. */
import { Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useMemo, useState } from 'react'
import { actionWords, subjectWords, whoWords } from '#observe/audit/audit-words.ts'
import { auditActions, auditSubjects } from '#base/audit-actions.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './audit.module.css'

const names = ['who', 'action', 'thing'] as const
type Name = (typeof names)[number]
const typingMs = 300

export function useAuditFilter() {
  const params = useSearchParams()
  const router = useRouter()
  const pathname = usePathname()
  const filter = Object.fromEntries(names.flatMap((name) => (params.get(name) ? [[name, params.get(name)!]] : []))) as Partial<Record<Name, string>>
  return {
    filter,
    isNarrow: Object.keys(filter).length > 0,
    set(name: Name, value: string | null) {
      const next = new URLSearchParams(window.location.search)
      if (value === null || value.trim() === '') next.delete(name)
      else next.set(name, value)
      router.replace(next.size === 0 ? pathname : `${pathname}?${next.toString()}`, { scroll: false })
    },
  }
}

/** A whole subject first, then each thing that can be done to it. */
const actionChoices = auditSubjects.map((subject) => {
  const own = auditActions.filter((action) => action.startsWith(`${subject}.`))
  const label = subjectWords[subject] ?? subject
  return { group: label, items: [...(own.length > 1 ? [{ value: subject, label: `${label}: everything` }] : []), ...own.map((value) => ({ value, label: actionWords(value) }))] }
})

export function AuditFilters() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const { filter, set } = useAuditFilter()
  const [thing, setThing] = useState(filter.thing ?? '')
  const search = useDebouncedCallback((value: string) => set('thing', value), typingMs)
  const actors = useQuery(trpc.audit.actors.queryOptions({ workspace: workspace.slug })).data
  const people = useMemo(() => {
    const known = (actors ?? []).flatMap((actor) => {
      const id = actor.kind === 'fanwise' ? 'fanwise' : actor.id
      return id === null ? [] : [{ value: id, label: whoWords(actor) }]
    })
    return filter.who === undefined || known.some((one) => one.value === filter.who) ? known : [...known, { value: filter.who, label: filter.who }]
  }, [actors, filter.who])
  const common = { clearable: true, searchable: true, size: 'sm', comboboxProps: { width: 280, position: 'bottom-start' as const } }
  return (
    <div className={classes.filters}>
      <Select {...common} aria-label="Who" placeholder="Anybody" value={filter.who ?? null} onChange={(value) => set('who', value)} data={people} nothingFoundMessage="Nobody of this name did something" clearButtonProps={{ 'aria-label': 'Anybody' }} />
      <Select {...common} aria-label="What was done" placeholder="Anything" value={filter.action ?? null} onChange={(value) => set('action', value)} data={actionChoices} nothingFoundMessage="No such action" clearButtonProps={{ 'aria-label': 'Anything' }} />
      <TextInput
        size="sm" aria-label="To which thing" placeholder="Any thing: a name or part of it" spellCheck={false} value={thing} maxLength={200}
        onChange={(changed) => {
          setThing(changed.currentTarget.value)
          search(changed.currentTarget.value)
        }}
      />
    </div>
  )
}
