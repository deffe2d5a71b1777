/**
 * Which event somebody wants to see a drawing's data of. A person's choice, kept in this browser by workflow; the drawing
 * itself does not change with it.
 */
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { useShell } from '#ui/shell/workspace-context.tsx'
import { useEditor } from '../context.ts'

export interface SampleChoice {
  /** Public id; null: the last event of each name. */
  event: string | null
  /** Event nodes that show the sample written in the drawing instead. */
  own: string[]
}

const none: SampleChoice = { event: null, own: [] }
const most = 200

const choices = createStore<Readonly<Record<string, SampleChoice>>>(() => ({}))

const place = (key: string): string => `fanwise-sample:${key}`

/** What is stored may be anything: another version wrote it, or a person did. */
export function readChoice(text: string | null): SampleChoice {
  try {
    const { event, own } = JSON.parse(text ?? '{}') as { event?: unknown; own?: unknown }
    return {
      event: typeof event === 'string' && event.startsWith('evt_') ? event : null,
      own: Array.isArray(own) ? own.filter((id): id is string => typeof id === 'string').slice(0, most) : [],
    }
  } catch {
    return none
  }
}

function stored(key: string): SampleChoice {
  try {
    return readChoice(window.localStorage.getItem(place(key)))
  } catch {
    return none
  }
}

function keep(key: string, choice: SampleChoice): void {
  choices.setState({ [key]: choice })
  try {
    if (choice.event === null && choice.own.length === 0) window.localStorage.removeItem(place(key))
    else window.localStorage.setItem(place(key), JSON.stringify(choice))
  } catch {
    // Storage that is full or forbidden: the choice holds as long as the page.
  }
}

export interface SampleChoices {
  choice: SampleChoice
  /** A stored event, seen by every event node whose name it has. */
  choose(event: string, nodes?: readonly string[]): void
  /** The last event of each name again. */
  chooseLast(nodes?: readonly string[]): void
  /** The sample that is written in the drawing, for this node. */
  chooseOwn(node: string): void
}

export function useSampleChoice(): SampleChoices {
  const { workspace, slug } = useEditor()
  const { user } = useShell()
  const key = `${user.email}/${workspace}/${slug}`
  const held = useStore(choices, (state) => state[key])
  const choice = useMemo(() => held ?? stored(key), [held, key])
  return useMemo(() => {
    const without = (nodes: readonly string[] = []): string[] => choice.own.filter((id) => !nodes.includes(id))
    return {
      choice,
      choose: (event, nodes) => keep(key, { event, own: without(nodes) }),
      chooseLast: (nodes) => keep(key, { event: null, own: nodes === undefined ? [] : without(nodes) }),
      chooseOwn: (node) => keep(key, { ...choice, own: [...without([node]), node] }),
    }
  }, [choice, key])
}
