'use client'
/** The side panel: whatever is selected, to read and to change. */
import { ActionIcon, Menu } from '@mantine/core'
import { IconCopy, IconDots, IconMessage, IconTrash, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { nodeKind, nodeTitle } from '#canvas/describe.ts'
import type { GraphEdge, GraphNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { AfterPaint } from '../after-paint.tsx'
import { commands } from '../commands/list.ts'
import { useEditor, useEditorState } from '../context.ts'
import { countKinds } from '../count-kinds.ts'
import { MarkedText } from '../form/marked-text.tsx'
import { FieldHostProvider } from '../form/use-field.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'
import { AlsoHere } from '../presence/also-here.tsx'
import { useSettled } from '../settled.ts'
import { RunPart } from '../try/run-part.tsx'
import { TryResult } from '../try/try-result.tsx'
import { AvailableData } from './available-data.tsx'
import { EdgePanel } from './edge-panel.tsx'
import { EventPanel } from './event-panel.tsx'
import { FunctionPanel } from './function-panel.tsx'
import { NotePanel } from './note-panel.tsx'
import { OverviewPanel } from './overview-panel.tsx'
import { SchedulePanel } from './schedule-panel.tsx'
import { SeveralActions } from './several.tsx'
import { StepPanel } from './step-panel.tsx'
import { WebhookPanel } from './webhook-panel.tsx'
import classes from './inspector.module.css'

export function Panel() {
  const { findings, viewOnly } = useEditor()
  const fresh = useEditorState((state) => state.fresh)
  const selected = useSettled(useEditorState((state) => state.selected))
  const document = useEditorState((state) => state.document)
  const [first] = selected
  const node = first === undefined ? undefined : document.nodes[first]
  const edge = first === undefined ? undefined : document.edges[first]
  if (selected.size > 1) return <Several />
  if (node === undefined && edge === undefined) return <OverviewPanel />
  const host = { id: first as string, findings: findings.byNode.get(first as string) ?? [] }
  return (
    <FieldHostProvider value={host}>
      <aside className={classes.panel} data-testid="panel" aria-label={node ? `${nodeKind[node.type]} ${nodeTitle(node)}` : 'Line'} key={first}>
        <Head
          glyph={node ? <PaletteGlyph kind={node.type === 'step' ? node.kind : node.type} /> : null} title={node ? nodeTitle(node) : 'Line'}
          action={!viewOnly && (node?.type === 'step' || node?.type === 'function') ? <RunPart node={node} /> : null}
        >
          {node ? subtitle(node, document.nodes) : edgeSubtitle(edge as GraphEdge)}
        </Head>
        <div className={classes.body} data-scrolls>
          <AfterPaint now={node !== undefined && fresh === node.id}>
            <AlsoHere id={first as string} />
            <TryResult nodeId={first as string} />
            <WholeFindings id={first as string} />
            {node ? <NodeForm node={node} fresh={fresh === node.id} /> : <EdgePanel edge={edge as GraphEdge} />}
          </AfterPaint>
        </div>
        {node?.type === 'step' && <AfterPaint><AvailableData step={node} /></AfterPaint>}
      </aside>
    </FieldHostProvider>
  )
}

function NodeForm({ node, fresh }: { node: GraphNode; fresh: boolean }) {
  switch (node.type) {
    case 'event': return <EventPanel node={node} fresh={fresh} />
    case 'webhook': return <WebhookPanel node={node} fresh={fresh} />
    case 'schedule': return <SchedulePanel node={node} />
    case 'function': return <FunctionPanel node={node} fresh={fresh} />
    case 'step': return <StepPanel node={node} />
    case 'note': return <NotePanel node={node} fresh={fresh} />
  }
}

function subtitle(node: GraphNode, nodes: Record<string, GraphNode>): ReactNode {
  if (node.type !== 'step') return nodeKind[node.type]
  const frame = nodes[node.parent]
  const kind = stepDefinition(node.kind).label
  // The head has little room: a step that is named after its kind need not say it twice.
  return <>{node.name === kind ? 'In' : `${kind} in`} <span className="mono">{frame?.type === 'function' ? frame.slug : ''}</span></>
}

function edgeSubtitle(edge: GraphEdge): string {
  return { subscription: 'Starts a function', feed: 'Turns requests into an event', order: 'Comes before' }[edge.type]
}

/** Findings about the thing as a whole, not one of its fields. */
function WholeFindings({ id }: { id: string }) {
  const { findings } = useEditor()
  const whole = (findings.byNode.get(id) ?? []).filter((one) => one.field === undefined)
  return whole.map((one, i) => (
    <div key={i} className={classes.finding} data-severity={one.severity}>
      <b><MarkedText text={one.message} /></b> <MarkedText text={one.fix} />
    </div>
  ))
}

export function Head({ glyph, title, action, children }: { glyph: ReactNode; title: string; action?: ReactNode; children: ReactNode }) {
  const context = useEditor()
  const run = (id: string): void => {
    const command = commands.find((one) => one.id === id)
    if (command?.canRun(context)) command.run(context)
  }
  return (
    <header className={classes.head}>
      {glyph && <span className={classes.glyph}>{glyph}</span>}
      <div className={classes.titles}>
        <h2 className="cut">{title}</h2>
        <div className={classes.sub}>{children}</div>
      </div>
      {action}
      {!context.viewOnly && (
        <Menu position="bottom-end" width={180}>
          <Menu.Target><ActionIcon size={28} aria-label="More"><IconDots size={16} stroke={1.7} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconMessage size={15} stroke={1.7} />} onClick={() => run('comment')}>Comment</Menu.Item>
            <Menu.Item leftSection={<IconCopy size={15} stroke={1.7} />} onClick={() => run('duplicate')}>Duplicate</Menu.Item>
            <Menu.Item leftSection={<IconTrash size={15} stroke={1.7} />} color="red" onClick={() => run('delete')}>Delete</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <ActionIcon size={28} aria-label="Close the panel" onClick={() => context.editor.select([])}><IconX size={16} stroke={1.7} /></ActionIcon>
    </header>
  )
}

function Several() {
  const document = useEditorState((state) => state.document)
  const selected = useEditorState((state) => state.selected)
  const nodes = [...selected].flatMap((id) => document.nodes[id] ?? [])
  return (
    <aside className={classes.panel} data-testid="panel" aria-label={`${selected.size} things selected`}>
      <Head glyph={null} title={`${selected.size} things`}>{countKinds(nodes, selected.size - nodes.length)}</Head>
      <div className={classes.body}><SeveralActions /></div>
    </aside>
  )
}
