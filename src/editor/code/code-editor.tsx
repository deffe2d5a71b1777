'use client'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Candidate, FieldLanguage } from '../form/complete.ts'
import { changedPart } from '#graph/merge-text.ts'
import { setInsertionTarget } from '../form/insertion.ts'
import type { Accept } from '../form/use-accept.ts'
import { insertInto, setPaths, takeDraggedPaths } from './monaco-paths.ts'
import { monaco, setScopeTypes } from './monaco.ts'
import { OwnEdits } from './own-edits.ts'

export interface CodeEditorProps {
  value: string
  onChange(value: string): void
  onLeave(): void
  /** What the type checker says of it: "Line 2: …", at most three. */
  onMistakes?(mistakes: string[]): void
  language: 'typescript' | 'json'
  label: string
  /** How a path is written here: absent in code, where it is bare, and in JSON that takes none. */
  written?: FieldLanguage | undefined
  candidates: readonly Candidate[]
  /** Declarations of what the code may read. */
  scope?: string | undefined
  accept: Accept
  /** It is only looked at. */
  readOnly: boolean
}

const heights = { json: { least: 92, most: 300 }, typescript: { least: 168, most: 420 } }

export default function CodeEditor({ value, onChange, onLeave, onMistakes, language, label, written, candidates, scope, accept, readOnly }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null)
  const calls = useRef({ onChange, onLeave, onMistakes, accept })
  calls.current = { onChange, onLeave, onMistakes, accept }
  const own = useRef(new OwnEdits())
  const scheme = useComputedColorScheme('light')
  // What it starts with; later changes are brought in below, since making it anew would lose the cursor.
  const start = useRef({ value, scheme })

  useEffect(() => {
    if (host.current === null) return
    const made = monaco.editor.create(host.current, {
      value: start.current.value, language, theme: `fanwise-${start.current.scheme}`, ariaLabel: label, automaticLayout: true, editContext: false,
      minimap: { enabled: false }, fontFamily: 'JetBrains Mono', fontSize: 12, lineHeight: 18, fontLigatures: false, tabSize: 2,
      lineNumbersMinChars: 2, lineDecorationsWidth: 6, glyphMargin: false, folding: false, scrollBeyondLastLine: false, padding: { top: 7, bottom: 7 },
      renderLineHighlight: 'none', overviewRulerLanes: 0, wordWrap: 'on', fixedOverflowWidgets: true, scrollbar: { alwaysConsumeMouseWheel: false, verticalScrollbarSize: 8 },
      contextmenu: false, readOnly, domReadOnly: readOnly, dropIntoEditor: { enabled: false },
      ...(language === 'json' ? { autoClosingBrackets: 'never', autoClosingQuotes: 'never', autoIndent: 'keep', autoSurround: 'never', autoClosingOvertype: 'never', autoClosingDelete: 'never', wordBasedSuggestions: 'off', quickSuggestions: { other: true, strings: true, comments: false } } as const : {}), acceptSuggestionOnEnter: 'smart', bracketPairColorization: { enabled: false }, guides: { indentation: false }, occurrencesHighlight: 'off', stickyScroll: { enabled: false },
    })
    editor.current = made
    const { least, most } = heights[language]
    const fit = (): void => {
      if (host.current) host.current.style.height = `${Math.min(most, Math.max(least, made.getContentHeight()))}px`
    }
    fit()
    made.onDidContentSizeChange(fit)
    made.onDidChangeModelContent(() => own.current.changed(() => calls.current.onChange(made.getValue())))
    made.onDidBlurEditorText(() => calls.current.onLeave())
    const telling = tellMistakes(made, (mistakes) => calls.current.onMistakes?.(mistakes))
    const takesPaths = !readOnly && (language === 'typescript' || written !== undefined)
    const bare = written ?? 'expression'
    made.onDidFocusEditorText(() => setInsertionTarget(!takesPaths ? null : {
      insert: (path) => {
        const [selection, model] = [made.getSelection(), made.getModel()]
        const accepted = calls.current.accept({ path })
        if (accepted !== null && selection !== null && model !== null) insertInto(made, accepted, bare, model.getOffsetAt(selection.getStartPosition()), model.getOffsetAt(selection.getEndPosition()))
        return made.getModel() !== null
      },
    }))
    const letGo = takesPaths ? takeDraggedPaths(made, host.current, bare, (dropped) => calls.current.accept(dropped)) : undefined
    return () => {
      letGo?.()
      telling.dispose()
      // The editor first: it still tells its listeners about the model it lets go.
      const model = made.getModel()
      made.dispose()
      model?.dispose()
      editor.current = null
    }
  }, [language, label, written, readOnly])
  useEffect(() => {
    const model = editor.current?.getModel()
    if (model && written !== undefined) setPaths(model, { language: written, candidates })
  }, [written, candidates, language, label])

  useEffect(() => {
    const model = editor.current?.getModel()
    if (!model || model.getValue() === value) return
    // An undo or a colleague changed the text: only that part, so that the cursor stays where it is.
    const [from, to, end] = changedPart(model.getValue(), value)
    own.current.bring(() => model.pushEditOperations([], [{ range: monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to)), text: value.slice(from, end) }], () => null))
  }, [value])
  useEffect(() => monaco.editor.setTheme(`fanwise-${scheme}`), [scheme])
  useEffect(() => {
    if (scope !== undefined) setScopeTypes(scope)
  }, [scope])

  return <div ref={host} />
}

const mistakesMost = 3

/** Underlines are found by whoever points at them; these are for everybody. */
function tellMistakes(editor: monaco.editor.IStandaloneCodeEditor, tell: (mistakes: string[]) => void): monaco.IDisposable {
  return monaco.editor.onDidChangeMarkers((changed) => {
    const uri = editor.getModel()?.uri
    if (uri === undefined || !changed.some((one) => one.toString() === uri.toString())) return
    const errors = monaco.editor.getModelMarkers({ resource: uri }).filter(({ severity }) => severity === monaco.MarkerSeverity.Error)
    const lines = errors.sort((a, b) => a.startLineNumber - b.startLineNumber).map((one) => `Line ${one.startLineNumber}: ${one.message.split('\n')[0]}`)
    tell([...new Set(lines)].slice(0, mistakesMost))
  })
}
