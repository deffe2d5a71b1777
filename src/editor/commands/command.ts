/** What can be done in the editor by key, by name and from menus. */
import type { EditorContextValue } from '../context.ts'

export const commandGroups = ['Add', 'Change', 'Try', 'Select', 'Walk and move', 'View'] as const

export interface Command {
  id: string
  label: string
  keywords: string
  group: (typeof commandGroups)[number]
  /** As @mantine/hooks writes them: "mod+Z". Several mean the same. */
  keys: string[]
  /** Works where nothing may be changed. */
  viewing?: boolean
  /** Keys that also mean something on buttons and in lists: they answer only on the canvas. */
  onCanvas?: boolean
  /** The browser's own clipboard events answer these keys. */
  byBrowser?: boolean
  /** Not offered in the search by name. */
  keysOnly?: boolean
  canRun(context: EditorContextValue): boolean
  run(context: EditorContextValue): void
}
