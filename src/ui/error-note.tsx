import { Button } from '@mantine/core'
import { Prose } from '#ui/prose.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { errorShape } from '#ui/trpc.tsx'
import classes from './error-note.module.css'

/** A part of a page could not load: what happened, and a way to try again, unless what is asked for does not exist. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { code, message, fix } = errorShape(error)
  return (
    <div className={classes.note} role="alert">
      <StatusGlyph state="error" label="" />
      <div>
        <div className={classes.message}><Prose>{message}</Prose></div>
        {fix === undefined ? null : <div className={classes.fix}><Prose>{fix}</Prose></div>}
        {code === 'unauthorized' ? <Button size="xs" mt={8} mr={8} component="a" href="/signin" target="_blank">Sign in</Button> : null}
        {onRetry === undefined || code === 'not_found' ? null : <Button size="xs" mt={8} onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  )
}
