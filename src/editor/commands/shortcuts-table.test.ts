/** `WRITE_DOCS=1 npx vitest run src/editor/commands/shortcuts-table.test.ts` writes the table anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { shortcutsTable } from './shortcuts-table.ts'

const file = 'docs/editor.md'
const [from, to] = ['<!-- shortcuts: from src/editor/commands/list.ts -->', '<!-- end of shortcuts -->']

test('docs/editor.md lists the shortcuts the app has', () => {
  const text = readFileSync(file, 'utf8')
  const [before, rest = ''] = text.split(`${from}\n`)
  const [table, after] = rest.split(to)
  if (process.env.WRITE_DOCS === '1') writeFileSync(file, `${before}${from}\n\n${shortcutsTable()}\n\n${to}${after}`)
  else expect(table?.trim()).toBe(shortcutsTable())
})
