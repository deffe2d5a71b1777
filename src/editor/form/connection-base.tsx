'use client'
/** Under the address of a step that signs in with a connection: what base address and path make together. */
import { Button } from '@mantine/core'
import { namedAmong } from '#graph/compile/catalog.ts'
import type { StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { isPath } from '#steps/http/base-path.ts'
import { useEditor } from '../context.ts'
import classes from './connection-base.module.css'

export function ConnectionBase({ step }: { step: StepNode }) {
  const { editor, catalog } = useEditor()
  const name = step.config.auth === 'connection' && typeof step.config.connection === 'string' ? step.config.connection.trim() : ''
  const known = name === '' ? undefined : namedAmong(catalog.values?.connections ?? [], name)
  if (known?.baseUrl === undefined) return null
  const base = known.baseUrl.replace(/\/+$/, '')
  const url = typeof step.config.url === 'string' ? step.config.url.trim() : ''
  if (url === '') return <p className={classes.base}>A path such as <span className="mono">/contacts</span> is enough: it is joined to <span className="mono">{base}</span>.</p>
  if (isPath(url)) return <p className={classes.base} data-testid="base-and-path">Calls <span className={`${classes.address} mono`}>{base}<b>{url}</b></span></p>
  const path = pathBelow(base, url)
  if (path === null) return null
  return (
    <p className={classes.base}>
      {known.name} begins at <span className="mono">{base}</span>, so the path is enough.{' '}
      <Button
        size="compact-xs" variant="subtle" className={classes.use ?? ''}
        onClick={() => {
          editor.edit(`Use the path in ${step.name}`, (document) => updateNode(document, step.id, { config: { url: path } }))
          editor.closeGesture()
        }}
      >
        Use {path.length > 24 ? 'the path' : path}
      </Button>
    </p>
  )
}

/** What follows the base address; null when it is another one. */
function pathBelow(base: string, url: string): string | null {
  if (!url.startsWith(base)) return null
  const rest = url.slice(base.length)
  return /^\/(?![/\\])/.test(rest) ? rest : null
}
