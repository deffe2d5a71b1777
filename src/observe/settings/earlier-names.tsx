'use client'
/** What another name means for the steps that use this one, and the names it had before. */
import { Checkbox } from '@mantine/core'
import { countedSteps } from '#observe/settings/connection-words.ts'
import type { WithUses } from '#server/connections/used-by.ts'
import classes from './connections.module.css'

/** Under the name while it is being changed. Undefined when it is as it was. */
export function renameWords(known: { name: string } & WithUses, name: string): string | undefined {
  if (name.trim() === known.name || name.trim() === '') return undefined
  if (known.uses.length === 0) return `No step uses it. ${known.name} leads here, too, until you let it be forgotten.`
  return `${known.uses.length === 1 ? 'The step that uses' : `The ${countedSteps(known.uses.length)} that use`} ${known.name} ${known.uses.length === 1 ? 'goes' : 'go'} on working: the earlier name leads here, too.`
}

/** Each can be forgotten; it says what would stop. */
export function EarlierNames({ known, forget, onForget }: { known: WithUses; forget: string[]; onForget(names: string[]): void }) {
  if (known.earlier.length === 0) return null
  return (
    <fieldset className={classes.earlier}>
      <legend>Earlier names</legend>
      <p className={classes.quiet}>They lead here, too. Forget one to use it for something else.</p>
      {known.earlier.map(({ name, steps }) => (
        <Checkbox
          key={name} label={`Forget ${name}`} description={steps === 0 ? 'No step uses it.' : `${countedSteps(steps)} ${steps === 1 ? 'goes' : 'go'} by it and will fail without it.`}
          checked={forget.includes(name)} onChange={(changed) => onForget(changed.currentTarget.checked ? [...forget, name] : forget.filter((one) => one !== name))}
        />
      ))}
    </fieldset>
  )
}

/** In a list: "Before: CRM". */
export function earlierWords(names: string[]): string | null {
  return names.length === 0 ? null : `Before: ${names.slice(-3).reverse().join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
}
