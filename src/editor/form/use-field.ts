'use client'
/** A field's findings and its way to write. */
import { createContext, useContext } from 'react'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import { useEditor } from '../context.ts'

export interface FieldHost {
  /** Node or edge the fields belong to. */
  id: string
  findings: Diagnostic[]
}

const Host = createContext<FieldHost>({ id: '', findings: [] })
export const FieldHostProvider = Host.Provider
export const useFieldHost = (): FieldHost => useContext(Host)

export interface FieldProblem {
  severity: 'error' | 'warning'
  text: string
}

/** The worst finding of a field. With `deep`, findings of what is inside it count, too. */
export function useProblem(path: string, deep = false): FieldProblem | null {
  return problemOf(useFieldHost().findings, path, deep)
}

export function problemOf(findings: readonly Diagnostic[], path: string, deep = false): FieldProblem | null {
  const own = findings.filter(({ field }) => field === path || (deep && field?.startsWith(`${path}.`)))
  const worst = own.find((one) => one.severity === 'error') ?? own[0]
  return worst ? { severity: worst.severity, text: `${worst.message} ${worst.fix}` } : null
}

/** Closes the gesture when a field is left, so the next edit is its own undo entry. */
export function useLeave(): () => void {
  const { editor } = useEditor()
  return () => editor.closeGesture()
}
