/** Whom a test would call outside this installation, and in which words that is said. Pure. */
import { reachesOutside } from '#graph/trial/give.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'

export type Outside = 'real' | 'stubbed'

export interface OutsideCalls {
  steps: number
  /** Hosts and e-mail, each once. */
  whom: string[]
}

/** What the mail step's kind says it reaches. */
const mailWord = 'e-mail'

/** @param mail where mails go: without an SMTP server they stay in the Outbox, and nobody is called */
export function outsideCalls(steps: StepNode[], mail: 'smtp' | 'outbox'): OutsideCalls {
  const reached = steps.flatMap((step) => reachesOutside(step) ?? []).filter((whom) => mail === 'smtp' || whom !== mailWord)
  return { steps: reached.length, whom: [...new Set(reached)].sort((a, b) => Number(a === mailWord) - Number(b === mailWord) || (a < b ? -1 : 1)) }
}

export function stepsIn(document: GraphDocument, frame?: string): StepNode[] {
  return Object.values(document.nodes).flatMap((node) => (node.type === 'step' && (frame === undefined || node.parent === frame) ? [node] : []))
}

const namesMost = 3

function listed(names: string[]): string {
  const shown = names.length > namesMost ? [...names.slice(0, namesMost - 1), `${names.length - namesMost + 1} more`] : names
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

const count = (steps: number): string => (steps === 1 ? 'One step' : `${steps} steps`)

/** Under the choice. */
export function outsideWords({ steps, whom }: OutsideCalls, choice: Outside): string {
  if (choice === 'real') return steps === 0 ? 'No step calls outside: the playground and the Outbox are part of Fanwise.' : `${count(steps)} may call outside: ${listed(whom)}.`
  const answered = steps === 0 ? 'No step calls outside.' : `${count(steps)} would call outside (${listed(whom)}). Instead, ${steps === 1 ? 'it' : 'each'} answers with its last output, or with an example.`
  return `${answered} Functions of other workflows do not react.`
}

/** What a person chose goes first. Else nobody outside is called unawares; a single step that is asked for is. */
export function outsideFor(chosen: Outside | null, mode: 'all' | 'step' | 'from' | 'function', calls: OutsideCalls): Outside {
  if (chosen !== null) return chosen
  return mode === 'step' || calls.steps === 0 ? 'real' : 'stubbed'
}
