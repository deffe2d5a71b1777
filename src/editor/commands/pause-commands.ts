/** Pausing and resuming published functions, of one or of all that are selected. */
import type { EditorContextValue } from '../context.ts'
import { askToPause, pauseUi, resumeAll, selectedFunctions, toPause, toResume } from '../pause/pause-ui.ts'
import type { Command } from './command.ts'

const pausable = (context: EditorContextValue): string[] => toPause(selectedFunctions(context), pauseUi.getState().paused)
const resumable = (context: EditorContextValue): string[] => toResume(selectedFunctions(context), pauseUi.getState().paused)

export const pauseCommands: Command[] = [
  { id: 'pause', label: 'Pause the selected functions', keywords: 'hold stop wait live', group: 'Change', keys: [], canRun: (context) => pausable(context).length > 0, run: (context) => askToPause(pausable(context)) },
  { id: 'resume', label: 'Resume the selected functions', keywords: 'go on start live', group: 'Change', keys: [], canRun: (context) => resumable(context).length > 0, run: (context) => resumeAll(resumable(context)) },
]
