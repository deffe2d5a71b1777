'use client'
/** When a schedule comes, in words anybody can choose from, or as the cron line they stand for. */
import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import { cronOfTimes, timesEvery, timesOfCron, type Every, type Times } from '../form/cron-times.ts'
import { FieldFrame } from '../form/field-frame.tsx'
import { SelectField, TextField } from '../form/text-field.tsx'
import { useLeave, useProblem } from '../form/use-field.ts'
import classes from './schedule-times.module.css'

const rhythms: { value: Every; label: string }[] = [
  { value: 'minutes', label: 'Every few minutes' }, { value: 'hours', label: 'Every hour, or every few' },
  { value: 'day', label: 'Every day' }, { value: 'week', label: 'On days of the week' }, { value: 'month', label: 'Once a month' },
]
const minuteSteps = [1, 2, 3, 5, 10, 15, 20, 30]
const hourSteps = [1, 2, 3, 4, 6, 8, 12]
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const dates = [...Array.from({ length: 31 }, (_, i) => ({ value: String(i + 1), label: `On the ${ordinal(i + 1)}` })), { value: 'L', label: 'On the last day' }]

export function ScheduleTimes({ cron, onChange }: { cron: string; onChange(cron: string): void }) {
  const times = timesOfCron(cron)
  const [asCron, setAsCron] = useState(times === null)
  const problem = useProblem('cron')
  const leave = useLeave()
  const text = asCron || times === null
  const set = (next: Times): void => onChange(cronOfTimes(next))
  const turn = times === null
    ? <span className={classes.quiet}>more than the choices can say</span>
    : <Button size="compact-xs" variant="subtle" onClick={() => setAsCron(!asCron)}>{asCron ? 'As choices' : 'As cron'}</Button>
  if (text) {
    return (
      <>
        <TextField
          label="When" value={cron} mono problem={problem} help="Cron: minute, hour, day, month, weekday." aside={turn}
          onChange={(next) => {
            // What is written stays text, also where it could be shown as choices.
            setAsCron(true)
            onChange(next)
          }}
        />
        {times === null && (
          <Button
            size="compact-xs" className={classes.back}
            onClick={() => {
              setAsCron(false)
              set(timesEvery('day', null))
              leave()
            }}
          >
            Choose times instead
          </Button>
        )}
      </>
    )
  }
  return (
    <FieldFrame label="When" problem={problem} aside={turn}>
      <div role="group" aria-label="When" className={classes.times}>
        <Select
          aria-label="How often" value={times.every} data={rhythms} allowDeselect={false}
          onChange={(every) => {
            if (every === null || every === times.every) return
            set(timesEvery(every as Every, times))
            leave()
          }}
        />
        <Details times={times} set={set} />
      </div>
    </FieldFrame>
  )
}

function Details({ times, set }: { times: Times; set(times: Times): void }) {
  switch (times.every) {
    case 'minutes': return <Steps label="Minutes apart" unit="minute" known={minuteSteps} value={times.step} onChange={(step) => set({ ...times, step })} />
    case 'hours': return (
      <div className={classes.two}>
        <Steps label="Hours apart" unit="hour" known={hourSteps} value={times.step} onChange={(step) => set({ ...times, step })} />
        <MinuteOfHour value={times.minute} onChange={(minute) => set({ ...times, minute })} />
      </div>
    )
    case 'day': return <TimeOfDay times={times} set={set} />
    case 'week': return (
      <>
        <Weekdays days={times.days} onChange={(days) => set({ ...times, days })} />
        <TimeOfDay times={times} set={set} />
      </>
    )
    case 'month': return (
      <div className={classes.two}>
        <SelectField
          label="Day" value={String(times.day)} options={dates} onChange={(day) => set({ ...times, day: day === 'L' ? 'L' : Number(day) })}
          help={typeof times.day === 'number' && times.day > 28 ? 'Shorter months have none.' : undefined}
        />
        <TimeOfDay times={times} set={set} />
      </div>
    )
  }
}

function Steps({ label, unit, known, value, onChange }: { label: string; unit: string; known: number[]; value: number; onChange(value: number): void }) {
  const steps = [...new Set([...known, value])].sort((a, b) => a - b)
  return <SelectField label={label} value={String(value)} options={steps.map((step) => ({ value: String(step), label: step === 1 ? `Every ${unit}` : `Every ${step} ${unit}s` }))} onChange={(next) => onChange(Number(next))} />
}

function MinuteOfHour({ value, onChange }: { value: number; onChange(value: number): void }) {
  const id = useId()
  const leave = useLeave()
  return (
    <FieldFrame label="At minute" htmlFor={id}>
      <NumberInput id={id} value={value} min={0} max={59} clampBehavior="strict" allowDecimal={false} allowNegative={false} onBlur={leave} onChange={(next) => { if (typeof next === 'number') onChange(next) }} />
    </FieldFrame>
  )
}

type WithTime = Extract<Times, { hour: number }>

function TimeOfDay({ times, set }: { times: WithTime; set(times: Times): void }) {
  const id = useId()
  const leave = useLeave()
  const two = (n: number): string => String(n).padStart(2, '0')
  return (
    <FieldFrame label="At" htmlFor={id}>
      <TextInput
        id={id} type="time" value={`${two(times.hour)}:${two(times.minute)}`} onBlur={leave}
        onChange={(event) => {
          const [hour, minute] = event.currentTarget.value.split(':').map(Number)
          if (hour !== undefined && minute !== undefined && Number.isInteger(hour) && Number.isInteger(minute)) set({ ...times, hour, minute })
        }}
      />
    </FieldFrame>
  )
}

/** The last day that is left cannot be taken away: a schedule without days never comes. */
function Weekdays({ days, onChange }: { days: number[]; onChange(days: number[]): void }) {
  const leave = useLeave()
  return (
    <div className={classes.days} role="group" aria-label="Days of the week">
      {weekdays.map((name, i) => {
        const day = i + 1
        const on = days.includes(day)
        return (
          <button
            key={name} type="button" className={classes.day} aria-pressed={on} aria-label={name} title={name}
            onClick={() => {
              const next = on ? days.filter((one) => one !== day) : [...days, day]
              if (next.length === 0) return
              onChange(next)
              leave()
            }}
          >
            {name.slice(0, 2)}
          </button>
        )
      })}
    </div>
  )
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'
  return `${n}${ending}`
}
