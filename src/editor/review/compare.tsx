'use client'
/** Two states of a workflow side by side as one picture: what each function gained, lost and changed. */
import { Modal } from '@mantine/core'
import { useMemo, useState } from 'react'
import { compareDrawings } from '#graph/compare.ts'
import { functionDifferences } from '#graph/differences.ts'
import type { GraphDocument } from '#graph/document.ts'
import { useEditor } from '../context.ts'
import { DrawingPane } from './drawing-pane.tsx'
import { FunctionChangeItem } from './function-change.tsx'
import classes from './review.module.css'

export interface Named {
  name: string
  document: GraphDocument
}

export function Compare({ before, after, onClose }: { before: Named; after: Named; onClose: () => void }) {
  const { catalog } = useEditor()
  const [focus, setFocus] = useState<string | null>(null)
  const { changes, was, is } = useMemo(() => compareDrawings(before.document, after.document, { functionsElsewhere: catalog.functionsElsewhere }), [before, after, catalog])
  const moved = changes.filter((one) => one.change !== 'unchanged')
  return (
    <Modal opened onClose={onClose} title={`From ${before.name} to ${after.name}`} fullScreen radius={0} padding={0} styles={{ content: { border: 0 }, header: { padding: '12px 20px', minHeight: 62 } }} closeButtonProps={{ 'aria-label': 'Close the comparison' }}>
      <div className={classes.body} data-testid="compare">
        <div className={classes.side}>
          <div className={classes.list}>
            {moved.length === 0 && <p className={classes.quiet}>No function behaves differently between the two.</p>}
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {moved.map((change) => <FunctionChangeItem key={change.slug} change={change} differences={functionDifferences(was.get(change.slug) ?? null, is.get(change.slug) ?? null)} onFocus={setFocus} />)}
            </ul>
            {moved.length < changes.length && <p className={classes.quiet} style={{ marginTop: 12 }}>{changes.length - moved.length === 1 ? 'One function is' : `${changes.length - moved.length} functions are`} the same in both.</p>}
          </div>
        </div>
        <DrawingPane before={before.document} after={after.document} focus={focus} />
      </div>
    </Modal>
  )
}
