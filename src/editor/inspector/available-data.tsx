'use client'
/** "Data you can use": click a path and it is put where the cursor was. */
import { notifications } from '@mantine/notifications'
import { IconGripVertical } from '@tabler/icons-react'
import { useMemo } from 'react'
import type { StepNode } from '#graph/document.ts'
import { useEditorState } from '../context.ts'
import { insertPath } from '../form/insertion.ts'
import { dataRows, samplesOf, stepRows, stepsBefore, type DataRow } from './readable-data.ts'
import classes from './inspector.module.css'

export function AvailableData({ step }: { step: StepNode }) {
  const document = useEditorState((state) => state.document)
  const { rows, sampled } = useMemo(() => {
    const samples = samplesOf(document, step.parent)
    const fromEvent = samples.length > 0 ? samples.flatMap((sample) => dataRows('event.data', sample)) : dataRows('event.data', {})
    const seen = new Set<string>()
    const own: DataRow[] = step.kind === 'emit-each' || step.each !== undefined ? [{ path: 'item', value: 'each item', kind: 'other' }, { path: 'index', value: '0, 1, 2 …', kind: 'number' }] : []
    const all = [...own, ...fromEvent, ...stepsBefore(document, step).flatMap(stepRows)].filter((row) => !seen.has(row.path) && seen.add(row.path))
    return { rows: all, sampled: samples.length > 0 }
  }, [document, step])
  const use = (path: string): void => {
    if (insertPath(path)) return
    void window.navigator.clipboard?.writeText(path).catch(() => {})
    notifications.show({ id: 'path-copied', message: `Copied ${path}. Click into a field first to insert it there.`, autoClose: 4000, withBorder: true })
  }
  return (
    <section>
      <div className={classes.sectionHead}>
        <h3>Data you can use</h3>
        <span className={classes.quiet}>{sampled ? 'from the event’s sample' : 'the event has no sample yet'}</span>
      </div>
      <ul className={classes.data}>
        {rows.map((row) => (
          <li key={row.path}>
            <button type="button" title={`Insert ${row.path}`} onMouseDown={(event) => event.preventDefault()} onClick={() => use(row.path)}>
              <IconGripVertical size={11} stroke={1.7} aria-hidden="true" />
              <span className="mono cut">{row.path}</span>
              <span className="mono cut" data-kind={row.kind}>{row.value}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
