'use client'
/** Nothing is selected: what the workflow is made of, and where to begin. */
import { nodeTitle } from '#canvas/describe.ts'
import { useEditor, useEditorState } from '../context.ts'
import { QuietFilters } from '../preview/quiet-filter.tsx'
import { LinkList, type LinkRow } from './link-list.tsx'
import { WorkflowName } from './workflow-name.tsx'
import classes from './inspector.module.css'

export function OverviewPanel() {
  const { published, viewOnly } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  const all = Object.values(nodes).sort((a, b) => a.position.y - b.position.y || a.position.x - b.position.x)
  const versions = new Map(published?.functions.map((one) => [one.slug, one.version]))
  const functions = all.flatMap((node): LinkRow[] => {
    if (node.type !== 'function') return []
    const version = versions.get(node.slug)
    return [{ id: node.id, text: node.slug || 'Unnamed function', mono: true, kind: 'function', note: version === undefined ? 'new' : `v${version}` }]
  })
  const starts = all.flatMap((node): LinkRow[] => {
    if (node.type === 'event') return [{ id: node.id, text: node.event || 'Unnamed event', mono: true, kind: 'event' }]
    if (node.type === 'webhook') return [{ id: node.id, text: node.name, kind: 'webhook' }]
    return node.type === 'schedule' ? [{ id: node.id, text: nodeTitle(node), kind: 'schedule', note: node.timezone }] : []
  })
  return (
    <aside className={classes.panel} data-testid="panel" aria-label="Workflow">
      <header className={classes.head}><div className={classes.titles}><h2>Workflow</h2><div className={classes.sub}>{viewOnly ? 'Select something to read it' : 'Select something to change it'}</div></div></header>
      <div className={classes.body}>
        <WorkflowName />
        {all.length === 0 && !viewOnly && (
          <div className={classes.begin}>
            <b>Start with what happens.</b>
            <p>Drag an event to the canvas and name it, such as <span className="mono">user/account.created</span>. Then hang a function on it for each thing that should follow. Each runs, retries and fails by itself.</p>
          </div>
        )}
        <QuietFilters />
        <LinkList title="Functions" rows={functions} empty="None yet." />
        <LinkList title="Starts with" rows={starts} empty="No event, webhook or schedule yet." />
      </div>
    </aside>
  )
}
