'use client'
/** `env.NAME`, and `secrets.NAME` where the step's texts leave, for the list of what a field can read. */
import { useMemo } from 'react'
import { stepDefinition } from '#steps/definitions.ts'
import { useEditor, useEditorState } from '../context.ts'
import type { Candidate, FieldLanguage } from './complete.ts'

const none: Candidate[] = []

/** @param nodeId whose field it is */
export function useValueCandidates(language: FieldLanguage, nodeId: string): Candidate[] {
  const values = useEditor().catalog.values
  const kind = useEditorState((state) => {
    const node = state.document.nodes[nodeId]
    return node?.type === 'step' ? node.kind : null
  })
  return useMemo(() => {
    if (values === undefined || language === 'cel' || kind === null) return none
    const settings = values.settings.map((name) => ({ path: `env.${name}`, value: '', type: 'setting' }))
    const secrets = stepDefinition(kind).leaves === true ? values.secrets.map(({ name }) => ({ path: `secrets.${name}`, value: '', type: 'secret' })) : []
    return [...settings, ...secrets]
  }, [values, language, kind])
}
