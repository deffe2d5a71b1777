'use client'
/**
 * A text field that knows the data at hand: it completes paths as they are typed, takes dragged ones,
 * and is where "Data you can use" puts what is clicked. Without `language` it is a plain field.
 */
import { Portal, Textarea, TextInput } from '@mantine/core'
import { useRef, type FocusEvent } from 'react'
import type { TextInput as Field } from './caret.ts'
import type { FieldLanguage } from './complete.ts'
import { CompletionList, optionId } from './completion-list.tsx'
import { setInsertionTarget, targetOfInput } from './insertion.ts'
import type { EventPath } from './event-path.ts'
import { useAccept } from './use-accept.ts'
import { useCompletion } from './use-completion.ts'
import { useDropPath } from './use-drop-path.ts'
import { useLeave } from './use-field.ts'
import { useCandidates, useReadable } from './use-readable.ts'
import { useSteadyCaret } from './use-steady-caret.ts'
import { sourceWords } from './source-words.ts'
import classes from './complete.module.css'
import formClasses from './form.module.css'

export interface ExpressionInputProps {
  value: string
  onChange(value: string): void
  language: FieldLanguage
  id?: string
  label?: string
  describedBy?: string | undefined
  placeholder?: string | undefined
  error?: boolean
  multiline?: boolean
  /** Of a text area: as high as this at least; it grows with its text. */
  rows?: number
  size?: 'xs' | 'sm'
  /** Shows what there is as soon as the empty field is entered. */
  opensEmpty?: boolean
  /** Paths its owner names; they go first. */
  paths?: readonly EventPath[] | undefined
  /** Offers nothing else. */
  onlyPaths?: boolean
  /** How a path that is put here is written, or why it is not. */
  rewrite?: ((path: string) => { path: string } | { why: string }) | undefined
  className?: string | undefined
  testId?: string | undefined
}

export function ExpressionInput(props: ExpressionInputProps) {
  const { value, onChange, language, id, label, describedBy, placeholder, error = false, multiline = false, rows = 3, size = 'sm', opensEmpty = false, paths, onlyPaths = false, rewrite, className, testId } = props
  const input = useRef<Field>(null)
  const leave = useLeave()
  useSteadyCaret(input, value)
  const completion = useCompletion({ input, language, candidates: useCandidates(language, { paths, onlyPaths, single: opensEmpty }), opensEmpty })
  const accept = useAccept(language, rewrite)
  const { landing, handlers } = useDropPath(input, language, accept)
  const readable = useReadable()
  const { list } = completion
  const expanded = list !== null
  const shared = {
    ref: input as never, id, value, placeholder, error, size, 'aria-label': label, 'aria-describedby': describedBy, 'data-testid': testId,
    spellCheck: false, autoComplete: 'off', className: `${className ?? ''} ${landing === null ? '' : classes.target}`, classNames: { input: formClasses.mono ?? '' },
    // A text area is no combobox for browsers and readers; it is a text box with suggestions.
    ...(multiline ? {} : { role: 'combobox', 'aria-expanded': expanded }),
    'aria-autocomplete': 'list' as const, 'aria-haspopup': 'listbox' as const, 'aria-controls': expanded ? completion.id : undefined,
    'aria-activedescendant': list !== null && list.active >= 0 ? optionId(completion.id, list.active) : undefined,
    onFocus: (event: FocusEvent<Field>) => {
      setInsertionTarget(targetOfInput(event.currentTarget, language, accept))
      completion.entered()
    },
    onBlur: () => {
      completion.close()
      leave()
    },
    onChange: (event: { currentTarget: Field }) => {
      onChange(event.currentTarget.value)
      completion.typed()
    },
    onSelect: completion.moved,
    onKeyDown: completion.onKeyDown,
    ...handlers,
  }
  return (
    <>
      {multiline ? <Textarea {...shared} autosize minRows={rows} maxRows={14} /> : <TextInput {...shared} />}
      <CompletionList completion={completion} input={input.current} from={sourceWords(readable)} />
      {landing !== null && <Portal><div className={classes.landing} style={{ left: landing.left - 1, top: landing.top, height: landing.height }} /></Portal>}
    </>
  )
}

