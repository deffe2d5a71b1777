'use client'
/** What a condition would have let through, from the events that are stored. Says nothing while the condition cannot be read. */
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '#server/router.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import { counted, shareWords } from './share-words.ts'
import classes from './preview.module.css'

type Share = NonNullable<inferRouterOutputs<AppRouter>['events']['matchShare']>
type Example = Share['matches'][number]

const typingMs = 350
const looksAt = 1000

export function MatchShare({ event, condition }: { event: string; condition: string }) {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  const [asked] = useDebouncedValue(condition.trim(), typingMs)
  const enabled = asked !== '' && event !== ''
  const { data: share, isPlaceholderData } = useQuery(trpc.events.matchShare.queryOptions(
    { workspace, event, condition: asked, limit: looksAt },
    { enabled, staleTime: 15_000, retry: false, placeholderData: keepPreviousData },
  ))
  return (
    <div className={classes.share} role="status" data-testid="match-share" data-stale={(isPlaceholderData || asked !== condition.trim()) || undefined}>
      {enabled && condition.trim() !== '' && share != null && <Result share={share} event={event} />}
    </div>
  )
}

function Result({ share, event }: { share: Share; event: string }) {
  const { looked, matched } = share
  if (looked === 0) return <p className={classes.quiet}>No <span className="mono">{event}</span> is stored yet, so there is nothing to try this on.</p>
  const whole = `${looked === 1 ? 'the last event' : `the last ${counted(looked, 'event')}`}${share.byHand ? ' sent by hand' : ''}`
  return (
    <>
      <p className={classes.verdict}>Matches {looked > 1 || matched === 0 ? <><b>{shareWords(matched, looked)}</b> of </> : null}{whole}.</p>
      <svg className={classes.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" fill="var(--fw-idle-soft)" />
        <rect width={(matched / looked) * 100} height="4" fill="var(--fw-event-fill)" />
      </svg>
      {share.missing > 0 && (
        <p className={classes.quiet}>{counted(share.missing, 'event')} {share.missing === 1 ? 'lacks' : 'lack'} <span className="mono">{share.missingPath}</span>, which counts as no match.</p>
      )}
      {share.failing > 0 && <p className={classes.quiet}>For {counted(share.failing, 'event')} it cannot be worked out, which counts as no match: the values are not of the kind it compares with.</p>}
      <Examples title="Such as" examples={share.matches} />
      {matched < looked && <Examples title="Not" examples={share.others} />}
    </>
  )
}

function Examples({ title, examples }: { title: string; examples: Example[] }) {
  const { path } = useWorkspace()
  if (examples.length === 0) return null
  return (
    <div className={classes.examples}>
      <h4>{title}</h4>
      <ul>
        {examples.map((one) => (
          <li key={one.id}>
            <a href={path(`/events/${one.id}`)} target="_blank" rel="noreferrer" title={`Open ${one.id}`}>
              {one.facts.length === 0 ? <span className="mono cut">{one.id}</span> : one.facts.map(([name, value]) => (
                <span key={name} className={classes.fact}><span>{name}</span> <span className="mono cut">{value}</span></span>
              ))}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
