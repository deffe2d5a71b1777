'use client'
/**
 * The same functions for the life of a component, which call what was given last. React Flow keeps
 * every handler in its store, and each that is new makes all nodes look whether they changed.
 */
import { useRef } from 'react'

type Call = (...args: unknown[]) => unknown

export function useSteady<T extends object>(given: T): T {
  const latest = useRef(given)
  latest.current = given
  const kept = useRef(new Map<string, Call>())
  const steady: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'function') {
      steady[key] = value
      continue
    }
    let call = kept.current.get(key)
    if (call === undefined) {
      call = (...args) => (latest.current as Record<string, Call | undefined>)[key]?.(...args)
      kept.current.set(key, call)
    }
    steady[key] = call
  }
  return steady as T
}
