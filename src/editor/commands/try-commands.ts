/** Running parts of the drawing, and pinning outputs. */
import type { FunctionNode, StepNode } from '#graph/document.ts'
import type { EditorContextValue } from '../context.ts'
import { pinStep } from '../try/pin.ts'
import { openPin, tryPart } from '../try/try-store.ts'
import type { Command } from './command.ts'

/** The one step or function that is selected. */
function selectedPart({ editor }: EditorContextValue): StepNode | FunctionNode | null {
  const { document, selected } = editor.store.getState()
  const [id] = selected
  const node = id === undefined || selected.size > 1 ? undefined : document.nodes[id]
  return node?.type === 'step' || node?.type === 'function' ? node : null
}

const isStep = (context: EditorContextValue): boolean => selectedPart(context)?.type === 'step'
const isPinned = (context: EditorContextValue): boolean => {
  const node = selectedPart(context)
  return node?.type === 'step' && node.pinned !== undefined
}

export const tryCommands: Command[] = [
  {
    id: 'run-part', label: 'Run the selected step or function alone', keywords: 'test try execute single isolation', group: 'Try', keys: ['R'],
    canRun: (context) => selectedPart(context) !== null,
    run: (context) => {
      const node = selectedPart(context)
      if (node !== null) tryPart({ mode: node.type === 'step' ? 'step' : 'function', node: node.id })
    },
  },
  {
    id: 'run-from', label: 'Run from the selected step on', keywords: 'test try execute here rest', group: 'Try', keys: ['shift+R'], canRun: isStep,
    run: (context) => {
      const node = selectedPart(context)
      if (node !== null) tryPart({ mode: 'from', node: node.id })
    },
  },
  {
    id: 'run-function', label: 'Run the function of the selected step alone', keywords: 'test try execute invoke isolation', group: 'Try', keys: ['alt+R'], canRun: isStep,
    run: (context) => {
      const node = selectedPart(context)
      if (node?.type === 'step') tryPart({ mode: 'function', node: node.parent })
    },
  },
  {
    id: 'pin', label: 'Pin the output of the selected step', keywords: 'mock freeze fix test data', group: 'Try', keys: ['P'], canRun: isStep,
    run: (context) => {
      const node = selectedPart(context)
      if (node !== null) openPin(node.id)
    },
  },
  {
    id: 'unpin', label: 'Unpin the output of the selected step', keywords: 'mock freeze', group: 'Try', keys: ['shift+P'], canRun: isPinned,
    run: ({ editor }) => {
      const [id] = editor.store.getState().selected
      if (id !== undefined) pinStep(editor, id, undefined)
    },
  },
]
