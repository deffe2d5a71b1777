/** The shortcuts of docs/editor.md, from the same list as the app's. */
import { gestures } from './gestures.ts'
import { commandGroups } from './command.ts'
import { commands, keyText } from './list.ts'

export function shortcutsTable(): string {
  const rows = commandGroups.flatMap((group) => [
    `### ${group}`, '', '| What | Keys |', '|---|---|',
    ...commands.filter((command) => command.group === group && command.keys.length > 0)
      .map((command) => `| ${command.label} | ${shownKeys(command.keys).map((key) => `\`${keyText(key)}\``).join(' or ')} |`),
    '',
  ])
  return [...rows, '### With the pointer', '', '| What | How |', '|---|---|', ...gestures.map(([what, how]) => `| ${what} | ${how} |`)].join('\n')
}

/** On some keyboards `?` and `+` need Shift and on others not; people look for one. */
export function shownKeys(keys: readonly string[]): string[] {
  return keys.filter((key) => key !== 'shift+?' && key !== 'shift+plus')
}
