'use client'
/** The open list of a field: paths with their value today, and functions with what they do. */
import { Portal } from '@mantine/core'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { caretBox, type TextInput } from './caret.ts'
import type { Candidate } from './complete.ts'
import type { Completion } from './use-completion.ts'
import classes from './complete.module.css'

const width = 380
const gap = 4
const margin = 8

interface Spot {
  left: number
  top: number
  /** Stands above the text: there is no room below. */
  above: boolean
}

/** The option with this place in the list; `aria-activedescendant` names it. */
export const optionId = (id: string, index: number): string => `${id}-option-${index}`

export function CompletionList({ completion, input, from }: { completion: Completion; input: TextInput | null; from: string }) {
  const { list } = completion
  const spot = useSpot(input, list?.place.from ?? null)
  const active = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // Newer browsers answer with a promise.
    void active.current?.scrollIntoView({ block: 'nearest' })
  }, [list?.active, list?.options])
  return (
    <>
      <span role="status" className={classes.unseen}>{list === null ? '' : `${list.options.length} ${list.options.length === 1 ? 'suggestion' : 'suggestions'}`}</span>
      {list !== null && spot !== null && (
        <Portal>
          <div className={classes.list} style={{ left: spot.left, top: spot.top, width, transform: spot.above ? 'translateY(-100%)' : undefined }} onMouseDown={(event) => event.preventDefault()}>
            <ul id={completion.id} role="listbox" aria-label="Data and functions">
              {list.options.map((option, index) => (
                <li
                  key={option.path} id={optionId(completion.id, index)} role="option" aria-selected={index === list.active} ref={index === list.active ? active : null}
                  onMouseMove={() => completion.setActive(index)} onClick={() => completion.pick(index)}
                >
                  <Option option={option} base={list.place.base} word={list.place.word} />
                </li>
              ))}
            </ul>
            {from !== '' && <div className={classes.foot}><span className="cut">Values from {from}</span><span aria-hidden="true"><kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd></span></div>}
          </div>
        </Portal>
      )}
    </>
  )
}

function Option({ option, base, word }: { option: Candidate; base: string; word: string }) {
  const { path, call } = option
  const end = call === undefined ? path.lastIndexOf(/([^.[]+)\W*$/.exec(path)?.[1] ?? path) : base.length
  return (
    <>
      <span className={classes.path} title={path}>{call === undefined && <span>{path.slice(0, end)}</span>}<Marked text={path.slice(end)} word={word} /></span>
      {call === undefined
        ? <><span className={classes.value}>{option.value}</span><span className={classes.type}>{option.sometimes ? `${option.type}, not always` : option.type}</span></>
        : <span className={classes.help}>{option.type}</span>}
    </>
  )
}

/** What was typed stands out where it was found. */
function Marked({ text, word }: { text: string; word: string }) {
  const at = word === '' ? -1 : text.toLowerCase().indexOf(word.toLowerCase())
  return at < 0 ? <b>{text}</b> : <b>{text.slice(0, at)}<mark>{text.slice(at, at + word.length)}</mark>{text.slice(at + word.length)}</b>
}

/** Under the caret, or above it; follows when anything scrolls. */
function useSpot(input: TextInput | null, offset: number | null): Spot | null {
  const [spot, setSpot] = useState<Spot | null>(null)
  useLayoutEffect(() => {
    if (input === null || offset === null) return setSpot(null)
    const place = (): void => {
      const caret = caretBox(input, offset)
      const box = input.getBoundingClientRect()
      const top = Math.min(Math.max(caret.top, box.top), box.bottom)
      const bottom = Math.min(caret.top + caret.height, box.bottom)
      const above = bottom + 250 > window.innerHeight && top > window.innerHeight - bottom
      const left = Math.max(margin, Math.min(Math.max(caret.left, box.left), window.innerWidth - width - margin))
      setSpot((now) => {
        const next = { left, top: above ? top - gap : bottom + gap, above }
        return now !== null && now.left === next.left && now.top === next.top && now.above === above ? now : next
      })
    }
    place()
    window.addEventListener('scroll', place, true)
    window.addEventListener('resize', place)
    return () => {
      window.removeEventListener('scroll', place, true)
      window.removeEventListener('resize', place)
    }
  }, [input, offset])
  return spot
}
