'use client'
/** Where a comment is written: `@` completes the members of the workspace, Ctrl or ⌘ and Enter sends. */
import { Button, Textarea } from '@mantine/core'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { announce } from '../commands/announce.ts'
import { keyText } from '../commands/list.ts'
import { fittingPeople, insertMention, openMention, type OpenMention } from './complete-mention.ts'
import { unsent } from './comments-ui.ts'
import { usePeople } from './use-comments.ts'
import classes from './comments.module.css'

export interface CommentFieldProps {
  label: string
  /** What was typed is kept under this until it is sent. */
  keep: string
  /** What the field holds at first. */
  initial?: string
  send: string
  /** Wants the keyboard whenever this number grows. */
  focus?: number
  onSend(text: string): Promise<boolean>
  children?: ReactNode
}

const longest = 4000
const countFrom = 3600

export function CommentField({ label, keep, initial = '', send, focus = 0, onSend, children }: CommentFieldProps) {
  const id = useId()
  const [text, setText] = useState(unsent.get(keep) ?? initial)
  const [busy, setBusy] = useState(false)
  const input = useRef<HTMLTextAreaElement>(null)
  const change = (next: string): void => {
    setText(next)
    if (next === '') unsent.delete(keep)
    else unsent.set(keep, next)
  }
  const complete = useCompletion(input, text, change)
  useEffect(() => {
    if (focus > 0) input.current?.focus()
  }, [focus])
  const submit = async (): Promise<void> => {
    if (text.trim() === '' || busy) return
    setBusy(true)
    const sent = await onSend(text)
    setBusy(false)
    if (!sent) return
    const rest = typedSince(text, unsent.get(keep) ?? text)
    change(rest === '' ? initial : rest)
    if (rest === '') unsent.delete(keep)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (complete.onKeyDown(event)) return
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault()
      void submit()
    }
  }
  const tooLong = text.length > longest
  return (
    <form className={classes.field} onSubmit={(event) => { event.preventDefault(); void submit() }}>
      <Textarea
        ref={input} label={label} value={text} autosize minRows={2} maxRows={10} placeholder="Write a comment; @ names somebody"
        aria-autocomplete="list" aria-controls={complete.people.length > 0 ? `${id}-people` : undefined}
        aria-activedescendant={complete.people.length > 0 ? `${id}-${complete.at}` : undefined}
        error={tooLong ? `${text.length.toLocaleString('en')} of ${longest.toLocaleString('en')} characters. Shorten it, or make two of it.` : undefined}
        onChange={(event) => { change(event.currentTarget.value); complete.look(event.currentTarget) }}
        onClick={(event) => complete.look(event.currentTarget)} onKeyDown={onKeyDown} onBlur={complete.close}
      />
      {complete.alone && <p className={classes.people} role="status">Nobody else is a member of this workspace yet.</p>}
      {complete.people.length > 0 && (
        <ul className={classes.people} id={`${id}-people`} role="listbox" aria-label="People">
          {complete.people.map((one, i) => (
            // The keyboard stays in the field; the pointer must not take it away.
            <li key={one.id} id={`${id}-${i}`} role="option" aria-selected={i === complete.at} onMouseDown={(event) => { event.preventDefault(); complete.pick(i) }}>
              <b>{one.handle}</b>{one.handle === one.email ? null : <small>{one.email}</small>}
            </li>
          ))}
        </ul>
      )}
      <div className={classes.fieldFoot}>
        <span className={classes.quiet}>{text.length > countFrom && !tooLong ? `${(longest - text.length).toLocaleString('en')} characters left` : `${keyText('mod+Enter')} sends`}</span>
        {children}
        <Button type="submit" size="xs" variant="filled" loading={busy} disabled={text.trim() === '' || tooLong}>{send}</Button>
      </div>
    </form>
  )
}

/** What was written while a comment was under way: it stays in the field, for the next one. */
const typedSince = (sent: string, now: string): string => (now.startsWith(sent) ? now.slice(sent.length) : now).trimStart()

/** The list under the field while a name is typed. */
function useCompletion(input: React.RefObject<HTMLTextAreaElement | null>, text: string, change: (text: string) => void) {
  const [open, setOpen] = useState<OpenMention | null>(null)
  const [at, setAt] = useState(0)
  const everybody = usePeople() ?? []
  const people = open === null ? [] : fittingPeople(everybody.filter((one) => !one.me), open.typed)
  const close = (): void => setOpen(null)
  const look = (field: HTMLTextAreaElement): void => {
    const found = openMention(field.value, field.selectionEnd)
    setOpen(found)
    setAt(0)
    const fitting = found === null ? 0 : fittingPeople(everybody.filter((one) => !one.me), found.typed).length
    if (fitting > 0) announce(`${fitting} ${fitting === 1 ? 'person' : 'people'}. Arrows choose, Enter puts the name in.`)
  }
  const pick = (index: number): void => {
    const one = people[index]
    if (open === null || one === undefined) return
    const put = insertMention(text, open, one.handle)
    change(put.text)
    close()
    requestAnimationFrame(() => {
      input.current?.focus()
      input.current?.setSelectionRange(put.caret, put.caret)
    })
  }
  const move = (by: number): void => {
    const next = (at + by + people.length) % people.length
    setAt(next)
    announce(people[next]!.handle)
  }
  /** True when the key was for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    // Enter and arrows belong to whoever composes a sign out of several keys.
    if (people.length === 0 || event.metaKey || event.ctrlKey || event.nativeEvent.isComposing) return false
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter' || event.key === 'Tab') pick(at)
    else if (event.key === 'Escape') close()
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  // Somebody who types @ where nobody else is would wait for a list that never comes.
  const alone = open !== null && everybody.length > 0 && everybody.every((one) => one.me)
  return { people, alone, at, close, look, pick, onKeyDown }
}
