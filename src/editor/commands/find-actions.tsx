/** Everything that is drawn, to be found by name: choosing one selects it and brings it into view. */
import type { SpotlightActionData } from '@mantine/spotlight'
import { nodeKind, nodeTitle } from '#canvas/describe.ts'
import { stepDetail } from '#canvas/step-detail.ts'
import { scheduleWords } from '#canvas/schedule-words.ts'
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'

export function findActions(document: GraphDocument, go: (id: string) => void): SpotlightActionData[] {
  return Object.values(document.nodes)
    .sort((a, b) => nodeTitle(a).localeCompare(nodeTitle(b)))
    .map((node) => ({
      id: `find-${node.id}`, label: nodeTitle(node), description: whatItIs(node, document), keywords: alsoCalled(node),
      leftSection: <PaletteGlyph kind={node.type === 'step' ? node.kind : node.type} />,
      onClick: () => go(node.id),
    }))
}

/** "HTTP request in add-to-crm, POST crm". */
function whatItIs(node: GraphNode, document: GraphDocument): string {
  if (node.type === 'schedule') return `${nodeKind.schedule}, ${scheduleWords(node.cron, node.timezone).zone}`
  if (node.type !== 'step') return nodeKind[node.type]
  const frame = document.nodes[node.parent]
  const detail = stepDetail(node)
  const { label } = stepDefinition(node.kind)
  return `${label}${frame?.type === 'function' ? ` in ${frame.slug}` : ''}${detail === label ? '' : `, ${detail}`}`
}

function alsoCalled(node: GraphNode): string[] {
  switch (node.type) {
    case 'step': return [node.key, node.kind]
    case 'function': return node.name ? [node.name] : []
    case 'note': return [node.text]
    default: return []
  }
}
