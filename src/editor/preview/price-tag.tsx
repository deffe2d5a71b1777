'use client'
/** What an emit per item will set off, from its last real run: runs, time at the limits of today, calls to each host. */
import { NumberInput } from '@mantine/core'
import type { StepNode } from '#graph/document.ts'
import type { Price } from '#graph/price.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDuration } from '#ui/time.ts'
import { priceWords, waitsForGo } from './price-words.ts'
import { counted } from './share-words.ts'
import type { Reckoning } from './use-reckoning.ts'
import classes from './preview.module.css'

const itemsMost = 100_000_000

const cardId = (node: StepNode): string => `price-${node.id}`

/** One line, always as high: the form below it does not move while it is written. */
export function PriceLine({ node, reckoning }: { node: StepNode; reckoning: Reckoning | null }) {
  return (
    <p className={classes.priceLine} data-testid="price-line">
      <span className="cut">{reckoning === null ? 'What it sets off shows here once it has an event.' : priceWords(reckoning)}</span>
      {reckoning !== null && <button type="button" className={classes.link} onClick={() => document.getElementById(cardId(node))?.scrollIntoView({ block: 'center' })}>Details</button>}
    </p>
  )
}

/** `typed`: the number of items is a person's. */
export function PriceTag({ node, reckoning, typed, onTyped }: { node: StepNode; reckoning: Reckoning; typed: boolean; onTyped: (items: number | null) => void }) {
  const { event, facts, sampled, items, price, consumers } = reckoning
  return (
    <section id={cardId(node)} className={classes.price} aria-label="What it sets off" data-testid="price-tag">
      <div className={classes.priceHead}>
        <h3>What it sets off</h3>
        <NumberInput
          size="xs" w={112} aria-label="Items to reckon with" placeholder="Items" value={items ?? ''} min={0} max={itemsMost} allowDecimal={false} allowNegative={false} thousandSeparator="," hideControls
          onChange={(next) => onTyped(typeof next === 'number' ? next : null)}
        />
      </div>
      <Source last={facts.last} typed={typed} sampled={sampled} />
      {consumers === 0
        ? <p className={classes.quiet}>Nobody reacts to <span className="mono">{event}</span> yet: events are kept, no run starts.</p>
        : price !== null && <Sum price={price} consumers={consumers} />}
      <Confirm rule={facts.confirm} items={items} />
    </section>
  )
}

function Source({ last, typed, sampled }: { last: { items: number; run: string } | null; typed: boolean; sampled: number | null }) {
  const { path } = useWorkspace()
  if (last === null) {
    const without = sampled === null ? 'Type how many items to expect.' : 'As many items as its list has with the data at hand.'
    return <p className={classes.quiet}>No live run yet. {typed ? 'Reckoned with the number above.' : without}</p>
  }
  const link = <a href={path(`/runs/${last.run}`)} target="_blank" rel="noreferrer">last run</a>
  return <p className={classes.quiet}>{typed ? <>The {link} had {counted(last.items, 'item')}.</> : <>As many items as its {link} had.</>}</p>
}

/** Said beforehand: above this workspace's size it waits for a person. */
function Confirm({ rule, items }: { rule: { above: number; person: string | null } | null; items: number | null }) {
  if (rule === null) return null
  const who = rule.person ?? 'an owner or admin'
  const above = rule.above.toLocaleString('en-US')
  return items !== null && waitsForGo(rule, items)
    ? <p className={classes.waits} data-testid="price-confirm">It will wait until <b>{who}</b> says go: {counted(items, 'item')} is above this workspace’s {above}.</p>
    : <p className={classes.quiet}>Above {above} items it waits until {who} says go.</p>
}

function Sum({ price, consumers }: { price: Price; consumers: number }) {
  return (
    <>
      <p className={classes.total} role="status">
        <b className="num">{price.atMost ? 'Up to ' : ''}{counted(price.runs, 'run')}</b>{' '}
        <span className={classes.quiet}>{counted(price.items, 'item')} × {counted(consumers, 'function')}</span>
      </p>
      <dl>
        <dt>Time</dt>
        <dd className="num">{price.ms === null ? 'not known yet' : price.ms < 1000 ? 'under a second' : `about ${formatDuration(price.ms)}`}</dd>
        {price.calls.map((call) => <Call key={call.host} {...call} perSecond={price.ms !== null && price.ms < 1000 ? null : call.perSecond} />)}
      </dl>
      {price.calls.filter((call) => call.tooFast).map(({ host, allowed }) => (
        <p key={host} className={classes.waits} data-testid="price-too-fast">
          Faster than <span className="mono">{host}</span> allows: a throttle of {allowed!.toLocaleString('en-US')} starts a minute keeps to it, where a run calls it once.
        </p>
      ))}
      <Reasons price={price} />
    </>
  )
}

function Call({ host, calls, perSecond, allowed }: Price['calls'][number]) {
  return (
    <>
      <dt>Calls to <span className="mono">{host}</span></dt>
      <dd className="num">{calls.toLocaleString('en-US')}{perSecond !== null && <>, {perSecond < 1 ? 'less than 1' : Math.round(perSecond).toLocaleString('en-US')} a second</>}{allowed !== null && <>; it allows {allowed.toLocaleString('en-US')} a minute</>}</dd>
    </>
  )
}

/** Why it takes that long, and what is not in it. */
function Reasons({ price: { slowest, unknown, ms } }: { price: Price }) {
  const because = { limit: 'its limit decides the time', throttle: 'its throttle decides the time', workers: 'as many at once as one worker process has places' }
  return (
    <>
      {slowest !== null && ms !== null && ms >= 1000 && <p className={classes.quiet}><span className="mono">{slowest.slug}</span>: {because[slowest.because]}.</p>}
      {unknown.length > 0 && (
        <p className={classes.quiet}>
          {ms === null ? 'Not known for ' : 'The time leaves out '}<span className="mono">{unknown.slice(0, 3).join(', ')}</span>{unknown.length > 3 && ` and ${unknown.length - 3} more`}: no runs to measure yet, or a limit for each value of a key.
        </p>
      )}
    </>
  )
}
