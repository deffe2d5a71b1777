/** A followed event in one sentence. Pure. */
import type { FollowView } from '#server/workflows/follow.ts'

const runs = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`

/** What is known of its runs, and what is not. */
export function followWords(view: FollowView): string {
  const gaps = [...(view.more ? ['There are more than are counted here.'] : []), ...(view.beyond ? ['What comes after these is not followed here.'] : [])]
  return [countWords(view), ...gaps].join(' ')
}

function countWords(view: FollowView): string {
  const { total, settled } = view
  const count = (state: string): number => view.counts.find((one) => one.state === state)?.count ?? 0
  const done = count('completed')
  const failed = count('failed')
  const left = view.counts.filter((one) => one.state === 'cancelled' || one.state === 'skipped').reduce((sum, one) => sum + one.count, 0)
  if (total === 0) return settled ? 'No function reacted to it.' : 'No run yet.'
  const rest = view.elsewhere.reduce((sum, one) => sum + one.count, 0)
  const waiting = settled ? 0 : count('waiting') + count('sleeping')
  const parts = [
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
    ...(!settled || failed + left > 0 ? [`${done.toLocaleString('en')} of ${runs(total)} done`] : []),
    ...(waiting > 0 ? [`${waiting.toLocaleString('en')} waiting`] : []),
    ...(left > 0 ? [`${left.toLocaleString('en')} not run to the end`] : []),
  ]
  const whole = total === 1 && failed + waiting === 1 ? (failed === 1 ? 'The run failed.' : 'The run waits.') : parts.length > 0 ? `${parts.join(', ')}.` : total === 1 ? 'The run is done.' : `All ${runs(total)} are done.`
  return rest > 0 ? `${whole} ${rest === total ? 'They are' : `${runs(rest)} of them ${rest === 1 ? 'is' : 'are'}`} not in this drawing.` : whole
}
