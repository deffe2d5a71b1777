'use client'
/** Which steps use it: a number that opens into the list. */
import Link from 'next/link'
import { countedSteps } from '#observe/settings/connection-words.ts'
import type { Use } from '#server/connections/used-by.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import classes from './connections.module.css'

export function UsedBy({ uses }: { uses: Use[] }) {
  const workspace = useWorkspace()
  if (uses.length === 0) return <span className={classes.quiet}>No step uses it</span>
  return (
    <details className={classes.uses}>
      <summary>Used by {countedSteps(uses.length)}</summary>
      <ul>
        {uses.map((use) => (
          <li key={`${use.workflow.slug} ${use.function} ${use.step}`}>
            <Link href={workspace.path(`/workflows/${use.workflow.slug}`)}>{use.workflow.name}</Link>, <span className="mono">{use.function}</span>, {use.step}{use.published ? '' : ' (draft only)'}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** What deleting it would break. */
export function breaksWords(uses: Use[]): string {
  const published = uses.filter((use) => use.published).length
  if (uses.length === 0) return 'No step uses it.'
  if (published === 0) return `${capital(countedSteps(uses.length))} in drafts ${uses.length === 1 ? 'uses' : 'use'} it and cannot be published without it.`
  return `${capital(countedSteps(published))} that ${published === 1 ? 'is' : 'are'} published ${published === 1 ? 'uses' : 'use'} it: ${uses.filter((use) => use.published).slice(0, 3).map((use) => `${use.step} in ${use.function}`).join(', ')}${published > 3 ? ` and ${published - 3} more` : ''}. From then on ${published === 1 ? 'it fails' : 'they fail'}.`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
