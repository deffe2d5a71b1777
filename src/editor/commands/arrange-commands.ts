/** What can be done to several things at once. The panel and the search by name run the same. */
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import { align, arrangeable, distribute, sameSize, type Axis, type Side } from '#graph/edit/arrange.ts'
import { ownFunction } from '#graph/edit/own-function.ts'
import { canvasApi } from '../canvas-api.ts'
import type { EditorContextValue } from '../context.ts'
import type { Command } from './command.ts'
import { selectionName } from './selection-name.ts'
import { looseWords } from '../loose-words.ts'
import { connectTargets, moveTargets } from '../targets.ts'
import { tell } from './tell.ts'

const sides: { side: Side; label: string; keywords: string }[] = [
  { side: 'left', label: 'Align left edges', keywords: 'arrange order' },
  { side: 'centre', label: 'Align centres', keywords: 'arrange order center horizontal' },
  { side: 'right', label: 'Align right edges', keywords: 'arrange order' },
  { side: 'top', label: 'Align top edges', keywords: 'arrange order' },
  { side: 'middle', label: 'Align middles', keywords: 'arrange order center vertical' },
  { side: 'bottom', label: 'Align bottom edges', keywords: 'arrange order' },
]
const axes: { axis: Axis; label: string; keywords: string }[] = [
  { axis: 'across', label: 'Equal gaps across', keywords: 'distribute space horizontal arrange' },
  { axis: 'down', label: 'Equal gaps down', keywords: 'distribute space vertical arrange' },
]

const placeable = ({ editor }: EditorContextValue, least: number): boolean => {
  const { document, selected } = editor.store.getState()
  return selected.size >= least && arrangeable(document, selected).length >= least
}

function arrange({ editor }: EditorContextValue, verb: string, change: (document: GraphDocument, ids: ReadonlySet<string>) => GraphDocument): void {
  const { document, selected } = editor.store.getState()
  editor.edit(`${verb}: ${selectionName(document, arrangeable(document, selected).map((node) => node.id))}`, (before) => change(before, selected))
}

function sizeable({ editor }: EditorContextValue): boolean {
  const { document, selected } = editor.store.getState()
  const nodes = arrangeable(document, selected)
  return (['function', 'note'] as const).some((type) => nodes.filter((node) => node.type === type).length > 1)
}

const stepsSelected = ({ editor }: EditorContextValue): boolean => {
  const { document, selected } = editor.store.getState()
  return [...selected].some((id) => document.nodes[id]?.type === 'step')
}

/** The only thing that is selected. */
function oneNode({ editor }: EditorContextValue): GraphNode | undefined {
  const { document, selected } = editor.store.getState()
  const [id, ...more] = selected
  return id === undefined || more.length > 0 ? undefined : document.nodes[id]
}

function openTargets(context: EditorContextValue, kind: 'connect' | 'move'): void {
  const node = oneNode(context)
  if (node === undefined) return
  const { document } = context.editor.store.getState()
  if (kind === 'connect' && connectTargets(document, node.id).length === 0) return tell('dropped', 'Nothing here can be connected to it. A line leads from an event or schedule to a function, from a webhook to an event, and from a step to a step of its own function.')
  if (kind === 'move' && moveTargets(document, node.id).length === 0) return tell('dropped', 'There is no other function yet, and this step has this one for itself.')
  canvasApi()?.openTargets(node.id, kind)
}

/** Steps of one function get one of their own, started by the same events. */
export function giveOwnFunction({ editor, place }: EditorContextValue): void {
  const { document, selected } = editor.store.getState()
  const made = ownFunction(document, selected, place.taken)
  if ('refused' in made) return tell('dropped', made.refused.replaceAll('`', ''))
  const steps = [...selected].filter((id) => document.nodes[id]?.type === 'step')
  editor.edit(`Give ${selectionName(document, steps)} a function of ${steps.length === 1 ? 'its' : 'their'} own`, () => made.document, { select: [made.id] })
  canvasApi()?.keepInView(made.id)
  const across = made.readsAcross === 0 ? '' : ` ${made.readsAcross} ${made.readsAcross === 1 ? 'step reads' : 'steps read'} results that are now in the other function; the list of what to fix says where.`
  const loose = looseWords(document, made.document)
  tell('dropped', `${made.slug} starts on the same events, and fails and retries on its own.${across}${loose === null ? '' : ` ${loose}`}`, 9000)
}

export const arrangeCommands: Command[] = [
  ...sides.map(({ side, label, keywords }): Command => ({
    id: `align-${side}`, label, keywords, group: 'Change', keys: [], canRun: (context) => placeable(context, 2), run: (context) => arrange(context, label, (document, ids) => align(document, ids, side)),
  })),
  ...axes.map(({ axis, label, keywords }): Command => ({
    id: `distribute-${axis}`, label, keywords, group: 'Change', keys: [], canRun: (context) => placeable(context, 3), run: (context) => arrange(context, label, (document, ids) => distribute(document, ids, axis)),
  })),
  { id: 'connect', label: 'Connect to', keywords: 'line join link draw', group: 'Change', keys: ['L'], canRun: (context) => oneNode(context)?.type !== 'note' && oneNode(context) !== undefined, run: (context) => openTargets(context, 'connect') },
  { id: 'move-into', label: 'Move the step into another function, or between two others', keywords: 'nest parent frame line order', group: 'Change', keys: ['M'], canRun: (context) => oneNode(context)?.type === 'step', run: (context) => openTargets(context, 'move') },
  { id: 'same-size', label: 'Same size', keywords: 'arrange resize frames notes', group: 'Change', keys: [], canRun: sizeable, run: (context) => arrange(context, 'Same size', sameSize) },
  { id: 'own-function', label: 'Give the selected steps a function of their own', keywords: 'group extract split move new frame', group: 'Change', keys: ['G'], canRun: stepsSelected, run: giveOwnFunction },
]
