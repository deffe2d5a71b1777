'use client'
/** The items of a step that runs for each of a list: how many are done, and each that was tried. */
import type { StepView } from '#server/runs/get-run.ts'
import type { EachView } from '#server/runs/view-items.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { formatDuration } from '#ui/time.ts'
import classes from './run.module.css'

/** "12 of 40 items", with the failed ones named. */
export function itemsWord(step: Pick<StepView, 'each'>): string {
  const { done, failed, total } = step.each ?? { done: 0, failed: 0, total: null }
  const ended = (done + failed).toLocaleString('en')
  const of = total === null ? (done + failed === 1 ? '1 item' : `${ended} items`) : `${ended} of ${total.toLocaleString('en')} ${total === 1 ? 'item' : 'items'}`
  return failed === 0 ? of : `${of}, ${failed.toLocaleString('en')} failed`
}

const shownMax = 200

/** `ended`: the step has failed, so items that were under way go no further. */
export function ItemList({ each, ended }: { each: EachView; ended: boolean }) {
  if (each.items.length === 0) return null
  // What needs a look first; the rest in order.
  const sorted = [...each.items].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed') || a.index - b.index)
  return (
    <section aria-label="Items">
      <h3 className={classes.small}>Items</h3>
      <ol className={classes.items}>
        {sorted.slice(0, shownMax).map((item) => {
          const stopped = ended && item.status !== 'completed' && item.status !== 'failed'
          return (
            <li key={item.index}>
              <StatusGlyph state={stopped ? 'cancelled' : item.status} size={12} />
              <span className="num">{item.index + 1}</span>
              <span className="cut" title={item.error ?? undefined}>{item.error ?? (stopped ? 'not done' : item.status === 'waiting' ? 'waits for its run' : 'done')}</span>
              <span className="num">{stopped ? 'stopped' : item.startedAt !== null && item.endedAt !== null ? formatDuration(Date.parse(item.endedAt) - Date.parse(item.startedAt)) : item.attempt > 1 ? `attempt ${item.attempt}` : ''}</span>
            </li>
          )
        })}
        {sorted.length > shownMax ? <li><span className={classes.quiet}>and {(sorted.length - shownMax).toLocaleString('en')} more</span></li> : null}
      </ol>
    </section>
  )
}
