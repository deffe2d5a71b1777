'use client'
/** Whether tests call outside: each person's choice, kept in this browser. */
import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { useShell } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import type { Outside } from './outside-calls.ts'

const keyOf = (person: string): string => `fanwise-outside-calls ${person}`
const listeners = new Set<() => void>()

function read(person: string): Outside | null {
  const value = window.localStorage.getItem(keyOf(person))
  return value === 'real' || value === 'stubbed' ? value : null
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Null until the person has chosen. */
export function useOutsideChoice(): [Outside | null, (choice: Outside) => void] {
  const { user } = useShell()
  const chosen = useSyncExternalStore(subscribe, () => read(user.email), () => null)
  return [chosen, (choice) => {
    window.localStorage.setItem(keyOf(user.email), choice)
    for (const listener of listeners) listener()
  }]
}

/** Where mails of this installation go. Taken to leave until that is known. */
export function useMailGoes(): 'smtp' | 'outbox' {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  return useQuery(trpc.workflows.outside.queryOptions({ workspace }, { staleTime: Infinity })).data?.mail ?? 'smtp'
}
