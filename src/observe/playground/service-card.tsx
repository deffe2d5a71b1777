'use client'
import { NumberInput, SegmentedControl } from '@mantine/core'
import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { defaultDelayMs, defaultFailStatus, defaultItems, defaultPerSecond, serviceBlurbs, type PlaygroundMode, type PlaygroundServiceName, type PlaygroundSettings } from '#playground/services.ts'
import { notifyError } from '#ui/notify.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import type { UiStatus } from '#ui/status.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './playground.module.css'

interface Service {
  name: PlaygroundServiceName
  settings: PlaygroundSettings
  received: number
}

const modeWords: Record<PlaygroundMode, string> = { ok: 'Well', fail: 'Fails', slow: 'Slow', limit: 'Limits' }
const modeGlyphs: Record<PlaygroundMode, UiStatus> = { ok: 'completed', fail: 'failed', slow: 'sleeping', limit: 'warning' }

export function ServiceCard({ service, selected, onSelect }: { service: Service; selected: boolean; onSelect(): void }) {
  const { name } = service
  const { shown, set } = useSettings(service)
  const about = serviceBlurbs[name]
  const disabled = useWorkspace().role === 'viewer'
  return (
    <section className={classes.card} data-on={selected || undefined} aria-label={about.title}>
      <button type="button" className={classes.cardHead} onClick={onSelect} aria-pressed={selected}>
        <StatusGlyph state={modeGlyphs[shown.mode]} label={modeWords[shown.mode]} />
        <span className={classes.name}>{about.title}</span>
        <span className={`${classes.count} num`}>{service.received.toLocaleString('en')} received</span>
      </button>
      <p className={classes.about}>{about.does} <code>{about.example}</code></p>
      <SegmentedControl
        disabled={disabled} fullWidth aria-label={`How ${about.title} behaves`} value={shown.mode} onChange={(value) => set({ mode: value as PlaygroundMode })}
        data={(Object.keys(modeWords) as PlaygroundMode[]).map((value) => ({ value, label: modeWords[value] }))}
      />
      <fieldset className={classes.fields} disabled={disabled}>
        {shown.mode === 'fail' ? <Field label="Answers status" value={shown.status ?? defaultFailStatus} min={400} max={599} onChange={(status) => set({ status })} /> : null}
        {shown.mode === 'slow' ? <Field label="Takes" suffix=" ms" value={shown.delayMs ?? defaultDelayMs} min={0} max={600_000} onChange={(delayMs) => set({ delayMs })} /> : null}
        {shown.mode === 'limit' && name !== 'users' ? <Field label="Requests a second" value={shown.items ?? defaultPerSecond} min={0} max={50_000} onChange={(items) => set({ items })} /> : null}
        {name === 'users' ? <Field label="Users it lists" value={shown.items ?? defaultItems} min={0} max={50_000} onChange={(items) => set({ items })} /> : null}
        {shown.mode === 'ok' && name !== 'users' ? <span className={classes.quiet}>Answers at once.</span> : null}
      </fieldset>
    </section>
  )
}

/** What is shown is what was set, also while that is on its way. */
function useSettings({ name, settings }: Service): { shown: PlaygroundSettings; set(next: Partial<PlaygroundSettings>): void } {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const { mutate } = useMutation(trpc.playground.adjust.mutationOptions({
    onError: notifyError,
    onSettled: () => client.invalidateQueries(trpc.playground.pathFilter()),
  }))
  const underWay = useMutationState({
    filters: { mutationKey: trpc.playground.adjust.mutationKey(), status: 'pending' },
    select: ({ state }) => state.variables as { service: PlaygroundServiceName; settings: Partial<PlaygroundSettings> } | undefined,
  })
  const shown = underWay.reduce<PlaygroundSettings>((all, one) => (one?.service === name ? { ...all, ...one.settings } : all), settings)
  return { shown, set: (next) => mutate({ workspace: workspace.slug, service: name, settings: next }) }
}

interface FieldProps {
  label: string
  value: number
  min: number
  max: number
  suffix?: string
  onChange(value: number): void
}

/** Saved when left or confirmed, so a half-typed number changes nothing. */
function Field({ label, value, min, max, suffix, onChange }: FieldProps) {
  const [typed, setTyped] = useState<number | string>(value)
  useEffect(() => setTyped(value), [value])
  const save = (text: string) => {
    const digits = text.replaceAll(/[^\d]/g, '')
    if (digits === '') return setTyped(value)
    const number = Math.min(max, Math.max(min, Number(digits)))
    setTyped(number)
    if (number !== value) onChange(number)
  }
  return (
    <NumberInput
      className={classes.field} label={label} value={typed} onChange={setTyped} min={min} max={max} suffix={suffix} thousandSeparator="," allowDecimal={false} hideControls
      onBlur={(event) => save(event.currentTarget.value)} onKeyDown={(event) => (event.key === 'Enter' ? save(event.currentTarget.value) : undefined)}
    />
  )
}
