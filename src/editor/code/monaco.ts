'use client'
/** Monaco from our own bundle: workers, themes from the tokens, TypeScript set for step code. */
import * as monaco from 'monaco-editor'
import { tokens, type TokenName } from '#ui/tokens.ts'

declare global {
  interface Window {
    MonacoEnvironment?: { getWorker(workerId: string, label: string): Worker }
  }
}

window.MonacoEnvironment = {
  getWorker: (_workerId, label) => {
    if (label === 'typescript' || label === 'javascript') {
      return new Worker(new URL('monaco-editor/language/typescript/ts.worker.js', import.meta.url), { type: 'module' })
    }
    if (label === 'json') return new Worker(new URL('monaco-editor/language/json/json.worker.js', import.meta.url), { type: 'module' })
    return new Worker(new URL('monaco-editor/editor/editor.worker.js', import.meta.url), { type: 'module' })
  },
}

function defineTheme(scheme: 'light' | 'dark'): void {
  const colour = (name: TokenName): string => tokens[scheme][name]
  const rule = (token: string, name: TokenName) => ({ token, foreground: colour(name).slice(1) })
  monaco.editor.defineTheme(`fanwise-${scheme}`, {
    base: scheme === 'light' ? 'vs' : 'vs-dark',
    inherit: true,
    rules: [
      rule('string.key.json', 'code-key'), rule('string.value.json', 'code-string'), rule('string', 'code-string'),
      rule('number', 'code-number'), rule('keyword', 'code-word'), rule('comment', 'ink-3'), rule('identifier', 'ink'), rule('type', 'code-key'),
    ],
    colors: {
      'editor.background': colour('surface'), 'editor.foreground': colour('ink'), 'editorLineNumber.foreground': colour('ink-3'),
      'editor.lineHighlightBackground': colour('sunken'), 'editorCursor.foreground': colour('ink'), 'editor.selectionBackground': colour('event-soft'),
      'editorWidget.background': colour('surface'), 'editorWidget.border': colour('line-2'), 'editorSuggestWidget.foreground': colour('ink'), 'editorSuggestWidget.selectedBackground': colour('hover'), 'editorSuggestWidget.selectedForeground': colour('ink'),
      'editorSuggestWidget.highlightForeground': colour('event'), 'editorSuggestWidget.focusHighlightForeground': colour('event'), 'editorSuggestWidget.selectedIconForeground': colour('ink-2'), focusBorder: colour('surface'),
    },
  })
}
defineTheme('light')
defineTheme('dark')

monaco.typescript.typescriptDefaults.setCompilerOptions({
  target: monaco.typescript.ScriptTarget.ESNext, module: monaco.typescript.ModuleKind.ESNext, lib: ['esnext'],
  allowNonTsExtensions: true, strict: true, noEmit: true,
})
monaco.typescript.typescriptDefaults.setDiagnosticsOptions({
  // The code is the body of an async function: return and await stand at the top.
  diagnosticCodesToIgnore: [1108, 1375, 1378, 2451],
})
monaco.typescript.typescriptDefaults.setEagerModelSync(true)
// Templates are not JSON; the compiler checks these fields.
monaco.json.jsonDefaults.setDiagnosticsOptions({ validate: false })

export { monaco }

/** What event, steps, run and env are in the code now open. */
export function setScopeTypes(declarations: string): void {
  monaco.typescript.typescriptDefaults.setExtraLibs([{ content: declarations, filePath: 'file:///scope.d.ts' }])
}
