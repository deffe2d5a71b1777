'use client'
/** A short list at the pointer: what to add here, already connected. */
import { Combobox, useCombobox } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import type { GraphDocument, Position } from '#graph/document.ts'
import { addStep, type Added } from '#graph/edit/add-node.ts'
import { spliceStep } from '#graph/edit/splice.ts'
import { focusAdded, isFocusLost } from './commands/focus.ts'
import { useEditor } from './context.ts'
import { PaletteGlyph } from './palette/palette-glyph.tsx'
import { paletteEntries } from './palette/entries.ts'
import { addAfter, addReaction, isStepKind, paletteLabel, placeAt, withRoom, type PaletteKind, type PlaceOptions } from './place.ts'

export interface AddRequest {
  clientX: number
  clientY: number
  point: Position
  /** Comes after this step, by this way out. */
  after?: { stepId: string; port: string | undefined }
  /** Goes between the two steps this line joins. */
  between?: string
  /** Becomes a step of this function, after its last. */
  inside?: string
  /** Reacts to this event or schedule. */
  reactsTo?: string
}

export function AddMenu({ request, onClose }: { request: AddRequest | null; onClose: () => void }) {
  const { editor, place } = useEditor()
  const list = useId()
  const [text, setText] = useState('')
  const search = useRef<HTMLInputElement>(null)
  const opener = useRef<Element | null>(null)
  // Later: were the keyboard on the canvas at once, the Escape that closes the list would deselect there, too.
  const close = (): void => void setTimeout(() => {
    const given = isFocusLost() || window.document.activeElement === search.current
    onClose()
    if (given && (opener.current instanceof HTMLElement || opener.current instanceof SVGElement)) opener.current.focus({ preventScroll: true })
  })
  const combobox = useCombobox({ opened: request !== null, onDropdownClose: close })
  useEffect(() => {
    if (request === null) return
    opener.current = window.document.activeElement
    setText('')
    requestAnimationFrame(() => search.current?.focus())
  }, [request])
  if (request === null) return null
  const needsStep = request.after !== undefined || request.between !== undefined || request.inside !== undefined
  const kinds = paletteEntries
    .filter(({ kind }) => isStepKind(kind) || (request.reactsTo === undefined ? !needsStep : kind === 'function'))
    .filter(({ kind, keywords }) => `${paletteLabel(kind)} ${keywords}`.toLowerCase().includes(text.trim().toLowerCase()))
  const add = (kind: PaletteKind): void => {
    onClose()
    const { document } = editor.store.getState()
    const added = addAt(document, kind, request, place)
    editor.edit(`Add ${paletteLabel(kind)}`, () => added.document, { select: [added.id], fresh: added.id })
    focusAdded(added.id)
  }
  return (
    <Combobox store={combobox} position="bottom-start" width={232} shadow="md" onOptionSubmit={(kind) => add(kind as PaletteKind)}>
      <Combobox.DropdownTarget>
        <span aria-hidden="true" style={{ position: 'fixed', left: request.clientX, top: request.clientY, width: 1, height: 1 }} />
      </Combobox.DropdownTarget>
      <Combobox.Dropdown onKeyDown={(event) => event.stopPropagation()} data-tour="add-menu">
        <Combobox.Search
          ref={search} role="combobox" aria-expanded aria-controls={list} aria-label="Find what to add" value={text} onBlur={onClose}
          placeholder={request.between ? 'Step that comes between' : needsStep ? 'Step that comes next' : request.reactsTo ? 'What reacts to it' : 'Add'}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.resetSelectedOption()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing && combobox.getSelectedOptionIndex() === -1 && kinds[0]) add(kinds[0].kind)
          }}
        />
        <Combobox.Options id={list} aria-label="What can be added" mah="min(420px, 60vh)" style={{ overflowY: 'auto' }}>
          {kinds.map(({ kind }) => (
            <Combobox.Option key={kind} value={kind} style={{ display: 'flex', alignItems: 'center', gap: 10 }}><PaletteGlyph kind={kind} />{paletteLabel(kind)}</Combobox.Option>
          ))}
        </Combobox.Options>
        {kinds.length === 0 && <Combobox.Empty>Nothing is named like that.</Combobox.Empty>}
      </Combobox.Dropdown>
    </Combobox>
  )
}

function addAt(document: GraphDocument, kind: PaletteKind, { point, after, between, inside, reactsTo }: AddRequest, place: PlaceOptions): Added {
  if (reactsTo !== undefined && (kind === 'function' || isStepKind(kind))) return addReaction(document, kind, reactsTo, place)
  if (!isStepKind(kind)) return placeAt(document, kind, point, place)
  if (between !== undefined) return withRoom(document, spliceStep(document, between, kind))
  if (after !== undefined) return withRoom(document, addAfter(document, kind, after.stepId, after.port))
  if (inside !== undefined) return withRoom(document, addStep(document, { parent: inside, kind, after: 'last' }))
  return placeAt(document, kind, point, place)
}
