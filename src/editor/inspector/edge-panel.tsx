'use client'
import { Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { nodeTitle } from '#canvas/describe.ts'
import { stepPorts } from '#graph/ports.ts'
import type { GraphEdge } from '#graph/document.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateEdge, whyEdgeRefused } from '#graph/edit/update-node.ts'
import { useEditor, useEditorState } from '../context.ts'
import { ConditionField } from '../form/condition-field.tsx'
import { Fields } from '../form/fields.tsx'
import { SelectField } from '../form/text-field.tsx'
import { problemOf } from '../form/use-field.ts'
import { MatchShare } from '../preview/match-share.tsx'
import { QuietFilter } from '../preview/quiet-filter.tsx'
import { useEventPaths } from './event-paths.ts'
import { LinkList, type LinkRow } from './link-list.tsx'
import { isRefused } from './refused.ts'

export function EdgePanel({ edge }: { edge: GraphEdge }) {
  const { editor, findings, viewOnly } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  const paths = useEventPaths(edge.target)
  // The compiler says it of the function that the line leads to.
  const problem = problemOf(findings.byNode.get(edge.target) ?? [], `edges.${edge.id}.if`)
  const row = (id: string): LinkRow[] => {
    const node = nodes[id]
    return node ? [{ id, text: nodeTitle(node), kind: node.type === 'step' ? node.kind : node.type, mono: node.type !== 'step' }] : []
  }
  const setCondition = (value: string): void => {
    const patch = { if: value === '' ? undefined : value }
    if (isRefused(whyEdgeRefused(editor.store.getState().document, edge.id, patch))) return
    editor.edit('Edit condition', (document) => updateEdge(document, edge.id, patch), { group: `${edge.id}.if` })
  }
  const source = nodes[edge.source]
  const ports = source?.type === 'step' ? stepPorts(source) : []
  return (
    <>
      <LinkList title="From" rows={row(edge.source)} empty="" />
      <LinkList title="To" rows={row(edge.target)} empty="" />
      {edge.type === 'subscription' && <QuietFilter edgeId={edge.id} />}
      {edge.type === 'subscription' && source?.type === 'event' && (
        <Fields>
          <ConditionField
            key={edge.id} label="Only if" value={edge.if ?? ''} language="cel" paths={paths} placeholder={'event.data.plan == "pro"'} problem={problem} help="Optional: other events do not start this function."
            onChange={setCondition}
          />
        </Fields>
      )}
      {edge.type === 'subscription' && source?.type === 'event' && <MatchShare key={`share ${edge.id}`} event={source.event} condition={edge.if ?? ''} />}
      {edge.type === 'order' && ports.length > 1 && (
        <Fields>
          <SelectField
            label="When" value={edge.port} options={ports.map((port) => ({ value: port.id, label: port.label }))}
            onChange={(port) => editor.edit('Change way', (document) => updateEdge(document, edge.id, { port }))}
          />
        </Fields>
      )}
      {!viewOnly && (
        <Button
          leftSection={<IconTrash size={15} stroke={1.7} />} fullWidth
          onClick={() => editor.edit('Delete line', (document) => removeElements(document, [edge.id]), { select: [] })}
        >
          Delete this line
        </Button>
      )}
    </>
  )
}
