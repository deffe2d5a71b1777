'use client'
/** Whom a publish reaches, in sentences. Says so when it is nobody. */
import type { Hearing, Impact, Place } from '#graph/impact.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import classes from './review.module.css'

export interface ImpactListProps {
  impact: Impact
  /** Open runs of the functions that change, on the versions they began with. */
  inFlight: { slug: string; version: number; runs: number }[]
  more: boolean
}

const places = (slug: string, workflow: string | null): string => (workflow === null ? slug : `${slug} (in ${workflow})`)

const named = (list: readonly Place[]): string => `${list.slice(0, 3).map((one) => places(one.slug, one.workflow)).join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`

const hearing: Record<Hearing, string> = { starts: 'reacts to', waits: 'waits for', ends: 'is ended by' }

/** Nobody starts on it any more: what becomes of it. */
function quietWords(waiting: readonly Place[]): string {
  return waiting.length === 0 ? ' Nobody reacts to it then; it is still stored.' : ` Nobody starts on it then; it is still stored, and heard by runs of ${named(waiting)}.`
}

/** Who goes on sending what loses functions, and who still reacts. */
function alsoWords(remain: readonly Place[], senders: readonly Place[]): string {
  const still = remain.length === 0 ? '' : ` Still reacting: ${named(remain)}.`
  return `${senders.length === 0 ? '' : ` Still sent by ${named(senders)}.`}${still}`
}

export function ImpactList({ impact, inFlight, more }: ImpactListProps) {
  const runs = inFlight.reduce((sum, one) => sum + one.runs, 0)
  const warnings = impact.unsent.length + impact.unheard.length + impact.uncalled.length + impact.webhooks.length
  return (
    <section aria-label="Who is affected" data-testid="impact">
      <h3 className={classes.section}>Who is affected</h3>
      <ul className={classes.impact}>
        {impact.events.map(({ event, gains, loses, remain, waiting, senders }) => (
          <li key={event}>
            <Sign quiet={remain.length + gains.length > 0 && loses.length === 0} />
            <span><code>{event}</code>: {[gains.length > 0 ? `from now on also starts ${gains.join(', ')}` : '', loses.length > 0 ? `no longer starts ${loses.join(', ')}` : ''].filter(Boolean).join('; ')}.{remain.length + gains.length === 0 && quietWords(waiting)}{loses.length > 0 && remain.length + gains.length > 0 && alsoWords(remain, senders)}</span>
          </li>
        ))}
        {impact.unsent.map((one) => <li key={`u ${one.slug} ${one.event} ${one.how}`}><Sign /><span><code>{places(one.slug, one.workflow)}</code> {hearing[one.how]} <code>{one.event}</code>, which no function sends any more. Only the API, a webhook or a person can send it.</span></li>)}
        {impact.unheard.map((one) => <li key={`h ${one.slug} ${one.event}`}><Sign /><span><code>{places(one.slug, one.workflow)}</code> goes on sending <code>{one.event}</code>, and nobody reacts to it any more.</span></li>)}
        {impact.uncalled.map((one) => <li key={`c ${one.workflow ?? ''} ${one.slug} ${one.calls}`}><Sign /><span><code>{places(one.slug, one.workflow)}</code> calls <code>{one.calls}</code>, which is gone: that step fails.</span></li>)}
        {impact.webhooks.map((one) => (
          <li key={one.hookId}>
            <Sign />
            <span>Webhook {one.name}: {one.why === 'gone' ? 'its address no longer answers; who calls it gets 404.' : <>still answers and stores <code>{one.event}</code>, but starts nothing.</>}</span>
          </li>
        ))}
        {impact.events.length + warnings === 0 && <li><StatusGlyph state="completed" size={14} label="" /><span>No event gains or loses a function, and no sender or listener is left alone.</span></li>}
        <li data-testid="in-flight">
          <StatusGlyph state={runs === 0 ? 'completed' : 'running'} size={14} label="" />
          <span>
            {runs === 0 ? 'No run of these functions is under way.' : <>{runs.toLocaleString('en')}{more ? ' or more' : ''} {runs === 1 ? 'run is' : 'runs are'} under way: {inFlight.map((one) => `${one.slug} v${one.version} ${one.runs.toLocaleString('en')}`).join(', ')}. {runs === 1 ? 'It finishes' : 'They finish'} on the version {runs === 1 ? 'it' : 'they'} began with.</>}
          </span>
        </li>
      </ul>
    </section>
  )
}

function Sign({ quiet = false }: { quiet?: boolean }) {
  return <StatusGlyph state={quiet ? 'completed' : 'warning'} size={14} label="" />
}
