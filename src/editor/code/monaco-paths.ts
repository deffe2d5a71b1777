'use client'
/** Paths in Monaco's JSON fields: the same completion as in plain fields, shown by Monaco's own list. Dragged paths, too. */
import { withMethods } from '../form/candidates.ts'
import { choose, insertAt, placeAt, rank, type Candidate, type Edited, type FieldLanguage } from '../form/complete.ts'
import { carriesPath, droppedPath } from '../form/drag-path.ts'
import type { Accept } from '../form/use-accept.ts'
import { monaco } from './monaco.ts'

interface Known {
  language: FieldLanguage
  candidates: readonly Candidate[]
}

const known = new WeakMap<monaco.editor.ITextModel, Known>()

/** What can be read in this text. Texts without it complete nothing of ours. */
export function setPaths(model: monaco.editor.ITextModel, paths: Known): void {
  known.set(model, paths)
}

monaco.languages.registerCompletionItemProvider('json', {
  // A blank after the braces would close the list.
  triggerCharacters: ['{', '.', '[', ' '],
  provideCompletionItems(model, position) {
    const paths = known.get(model)
    if (paths === undefined) return { suggestions: [] }
    const text = model.getValue()
    const place = placeAt(text, model.getOffsetAt(position), paths.language)
    if (place === null) return { suggestions: [] }
    const options = rank(withMethods(paths.candidates, place.base, paths.language), place)
    // Monaco replaces only what is around the caret; what a choice adds beside that is a second edit.
    const range = rangeOf(model, place.from, place.to)
    return {
      incomplete: true,
      suggestions: options.map((option, index): monaco.languages.CompletionItem => {
        const edit = choose(text, place, option)
        const sameStart = edit.from === place.from
        return {
          label: { label: option.path, description: option.call === undefined ? option.value || option.type : option.type },
          kind: option.call === undefined ? monaco.languages.CompletionItemKind.Field : monaco.languages.CompletionItemKind.Function,
          detail: option.type, insertText: asSnippet(edit, sameStart ? 0 : place.from - edit.from), insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
          range, filterText: text.slice(place.from, place.to), sortText: String(index).padStart(4, '0'),
          ...(sameStart ? {} : { additionalTextEdits: [{ range: rangeOf(model, edit.from, edit.from), text: edit.inserted.slice(0, edit.inserted.indexOf(text.slice(edit.from, place.from))) }] }),
        }
      }),
    }
  },
})

/** The edit with its caret as Monaco's `$0`. What was typed before the place is not written again. */
function asSnippet(edit: Edited, typed: number): string {
  const skipped = typed === 0 ? 0 : '{{ '.length + typed
  const escape = (text: string) => text.replace(/[\\$}]/g, '\\$&')
  const caret = Math.min(edit.inserted.length, Math.max(skipped, edit.caret - edit.from))
  return `${escape(edit.inserted.slice(skipped, caret))}$0${escape(edit.inserted.slice(caret))}`
}

function rangeOf(model: monaco.editor.ITextModel, from: number, to: number): monaco.IRange {
  return monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to))
}

/** Puts a path at a place of the text, as one edit. */
export function insertInto(editor: monaco.editor.IStandaloneCodeEditor, path: string, language: FieldLanguage, from: number, to: number): void {
  const model = editor.getModel()
  if (model === null) return
  const edit = insertAt(model.getValue(), from, to, path, language)
  editor.executeEdits('insert', [{ range: rangeOf(model, edit.from, edit.to), text: edit.inserted, forceMoveMarkers: true }])
  editor.setPosition(model.getPositionAt(edit.caret))
  editor.focus()
}

/** A dragged path moves the editor's own caret along, and lands there. */
export function takeDraggedPaths(editor: monaco.editor.IStandaloneCodeEditor, host: HTMLElement, language: FieldLanguage, accept: Accept): () => void {
  const placeOf = (event: DragEvent): monaco.IPosition | null => editor.getTargetAtClientPoint(event.clientX, event.clientY)?.position ?? null
  const over = (event: DragEvent): void => {
    if (!carriesPath(event)) return
    event.preventDefault()
    event.stopPropagation()
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    const position = placeOf(event)
    if (position !== null) {
      editor.focus()
      editor.setPosition(position)
    }
  }
  const drop = (event: DragEvent): void => {
    if (!carriesPath(event)) return
    event.preventDefault()
    event.stopPropagation()
    const position = placeOf(event) ?? editor.getPosition()
    const model = editor.getModel()
    if (position === null || model === null) return
    const path = accept(droppedPath(event))
    if (path === null) return
    const offset = model.getOffsetAt(position)
    insertInto(editor, path, language, offset, offset)
  }
  host.addEventListener('dragover', over, true)
  host.addEventListener('drop', drop, true)
  return () => {
    host.removeEventListener('dragover', over, true)
    host.removeEventListener('drop', drop, true)
  }
}
