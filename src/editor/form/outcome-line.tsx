'use client'
/** Under a field, quietly: what it comes to with the data at hand. */
import type { FieldLanguage } from './complete.ts'
import { asList, lineOf } from './try-text.ts'
import { useOutcome } from './use-outcome.ts'
import classes from './complete.module.css'

export interface OutcomeLineProps {
  text: string
  language: FieldLanguage | undefined
  escape?: 'html' | 'url' | undefined
  wants?: 'list' | undefined
  id?: string
}

export function OutcomeLine({ text, language, escape, wants, id }: OutcomeLineProps) {
  const found = useOutcome(text, language, escape)
  const outcome = wants === 'list' ? asList(found, text) : found
  if (outcome.kind !== 'value' && outcome.kind !== 'none') return null
  const shown = outcome.kind === 'value' ? lineOf(outcome.value) : outcome.text
  return (
    <div className={classes.outcome} data-kind={outcome.kind} data-testid="outcome" id={id} title={shown}>
      <span aria-hidden="true">→</span><span>{shown}</span>
    </div>
  )
}
