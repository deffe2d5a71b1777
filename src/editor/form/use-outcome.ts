'use client'
/** What a field comes to, as it is typed. */
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Json } from '#base/json.ts'
import { useTRPCClient } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import type { FieldLanguage } from './complete.ts'
import { tryText, type Outcome } from './try-text.ts'
import { useInItem, useReadable } from './use-readable.ts'

const typingMs = 350
const scopeMost = 200_000

export function useOutcome(text: string, language: FieldLanguage | undefined, escape?: 'html' | 'url'): Outcome {
  const readable = useReadable()
  const item = useInItem()
  const here = useMemo((): Outcome => (language === undefined ? { kind: 'fixed' } : tryText(text, language, readable, { escape, item })), [text, language, escape, readable, item])
  const asked = useAsked(here, text, language, escape, item)
  return here.kind === 'ask' ? asked : here
}

/** The server's sandbox, once typing has paused. */
function useAsked(here: Outcome, text: string, language: FieldLanguage | undefined, escape: 'html' | 'url' | undefined, item: boolean): Outcome {
  const { workspace, viewOnly } = useEditor()
  const client = useTRPCClient()
  const scope = here.kind === 'ask' ? JSON.stringify(here.scope) : ''
  const [question] = useDebouncedValue(scope === '' ? '' : JSON.stringify([text, language, escape ?? null, item, scope]), typingMs)
  const enabled = here.kind === 'ask' && question !== '' && !viewOnly && scope.length <= scopeMost
  const answer = useQuery({
    queryKey: ['try-expression', workspace, question],
    enabled, staleTime: 60_000, retry: false, placeholderData: keepPreviousData,
    queryFn: async (): Promise<{ value: Json } | { none: string }> => {
      const [asked, kind, how, inItem, data] = JSON.parse(question) as [string, 'template' | 'json' | 'expression', 'html' | 'url' | null, boolean, string]
      return client.workflows.tryExpression.mutate({ workspace, text: asked, kind, item: inItem, scope: JSON.parse(data) as Record<string, Json>, ...(how === null ? {} : { escape: how }) })
    },
  }).data
  if (scope.length > scopeMost) return { kind: 'none', text: 'too much data to try here' }
  if (answer === undefined) return { kind: 'fixed' }
  return 'value' in answer ? { kind: 'value', value: answer.value } : { kind: 'none', text: answer.none }
}
