/** What the palette offers, in its order. */
import { stepDefinition } from '#steps/definitions.ts'
import { stepKinds, type StepKind, type StepKindDefinition } from '#steps/kind.ts'
import type { PaletteKind } from '../place.ts'

export interface PaletteEntry {
  kind: PaletteKind
  group: string
  blurb: string
  keywords: string
}

const groups: Record<StepKindDefinition['group'], string> = { steps: 'Steps', flow: 'Steps', sends: 'Sends on' }

/** What people who come from elsewhere look for. */
const alsoCalled: Record<StepKind, string> = {
  http: 'api call rest fetch post get',
  mail: 'email message',
  transform: 'map set fields json edit',
  code: 'javascript typescript script',
  condition: 'if else branch filter only when switch router',
  sleep: 'delay pause timer',
  wait: 'until arrives',
  invoke: 'call run sub workflow',
  emit: 'send publish trigger',
  'emit-each': 'loop for each list fan out split iterate',
  gather: 'join merge collect wait for all',
  approval: 'human person confirm review',
  signal: 'resume callback',
}

const steps = (group: string): PaletteEntry[] => stepKinds
  .filter((kind) => groups[stepDefinition(kind).group] === group)
  .map((kind) => ({ kind, group, blurb: stepDefinition(kind).blurb, keywords: `${kind} ${alsoCalled[kind]}` }))

export const paletteEntries: PaletteEntry[] = [
  { kind: 'event', group: 'Starts with', blurb: 'Something that happened; functions react to it.', keywords: 'trigger' },
  { kind: 'webhook', group: 'Starts with', blurb: 'A URL that turns requests into an event.', keywords: 'url hook http trigger' },
  { kind: 'schedule', group: 'Starts with', blurb: 'Starts functions at set times.', keywords: 'cron time trigger' },
  { kind: 'function', group: 'Fails alone', blurb: 'Runs, retries and fails on its own; holds steps.', keywords: 'frame' },
  ...steps('Steps'),
  ...steps('Sends on'),
]

export const paletteGroups = [...new Set(paletteEntries.map((entry) => entry.group))]
