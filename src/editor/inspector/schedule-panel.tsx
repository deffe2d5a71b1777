'use client'
import { useMemo } from 'react'
import { scheduleWords } from '#canvas/schedule-words.ts'
import type { ScheduleNode } from '#graph/document.ts'
import { useNow } from '#ui/use-now.ts'
import { Fields } from '../form/fields.tsx'
import { SelectField } from '../form/text-field.tsx'
import { useProblem } from '../form/use-field.ts'
import { nextTicks } from './next-ticks.ts'
import { ScheduleTimes } from './schedule-times.tsx'
import { useUpdate } from './use-update.ts'
import classes from './inspector.module.css'

const missedOptions = [{ value: 'last', label: 'Run once for all of them' }, { value: 'skip', label: 'Skip them' }, { value: 'all', label: 'Run each of them' }]
const missedWords = {
  last: 'After an interruption one run catches up, for the last time that was missed.',
  skip: 'After an interruption nothing catches up; the next time on the clock counts.',
  all: 'After an interruption each missed time has its own run, oldest first, at most 1,000.',
}

export function SchedulePanel({ node }: { node: ScheduleNode }) {
  const update = useUpdate(node)
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })), [])
  const { long } = scheduleWords(node.cron, node.timezone)
  const now = useNow(15_000)
  const next = useMemo(() => nextTicks(node.cron, node.timezone, now === 0 ? null : new Date(now)), [node.cron, node.timezone, now])
  const known = zones.some((zone) => zone.value === node.timezone)
  return (
    <>
      <Fields>
        <ScheduleTimes cron={node.cron} onChange={(cron) => update('cron', cron)} />
        {long && <p className={classes.words}>{long}, {node.timezone.replaceAll('_', ' ')}.</p>}
        <SelectField label="Time zone" value={node.timezone} onChange={(value) => update('timezone', value)} options={known ? zones : [{ value: node.timezone, label: node.timezone }, ...zones]} searchable problem={useProblem('timezone')} />
        <SelectField
          label="Times missed while nothing ran" value={node.missed ?? 'last'} options={missedOptions} help={missedWords[node.missed ?? 'last']}
          onChange={(missed) => update('missed', missed === 'last' ? undefined : missed)}
        />
      </Fields>
      <section>
        <div className={classes.sectionHead}><h3>Next times</h3><span className={classes.quiet}>{node.timezone.replaceAll('_', ' ')}</span></div>
        {next.length === 0
          ? <p className={classes.quiet}>{long === null ? 'These fields name no time yet.' : 'This never comes.'}</p>
          : <ol className={classes.times}>{next.map((time) => <li key={time} className="num">{time}</li>)}</ol>}
      </section>
    </>
  )
}
