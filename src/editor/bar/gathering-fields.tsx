'use client'
/** In the dialog of a test: how many events go out at once, and what functions that gather make of them. */
import { NumberField } from '../form/text-field.tsx'
import { useEditorState } from '../context.ts'
import { gatheringOf } from './gathering.ts'
import type { TestTarget } from './send-test.ts'
import classes from './bar.module.css'

/** Slugs of the drawing's functions that gather the event. */
export function useGathering(event: string): string[] {
  // As text, so that only another answer draws the dialog again.
  const slugs = useEditorState(({ document }) => gatheringOf(document, event).join(' '))
  return slugs === '' ? [] : slugs.split(' ')
}

export function HowMany({ value, onChange }: { value: number; onChange: (value: number | undefined) => void }) {
  return <NumberField label="How many" help="So many events with the same data, at once." value={value} min={1} max={50} onChange={onChange} />
}

export function GatheringText({ slugs, what }: { slugs: string[]; what: TestTarget['what'] }) {
  if (slugs.length === 0) return null
  const one = slugs.length === 1
  const names = <span className={classes.mono}>{slugs.join(', ')}</span>
  if (what === 'live') return <p className={classes.quietText}>{names} {one ? 'makes' : 'make'} one run of several events. It stands among the runs at once, and starts when no more are waited for.</p>
  return <p className={classes.quietText}>{names} {one ? 'gathers' : 'gather'} events once live. A test runs for its event alone, at once. To see several become one run, publish, and send them to what is live.</p>
}
