'use client'
/** A short list at the pointer: what to add here, already connected. */
import { Menu, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { GraphDocument, Position } from '#graph/document.ts'
import { addStep, type Added } from '#graph/edit/add-node.ts'
import { spliceStep } from '#graph/edit/splice.ts'
import { useEditor } from './context.ts'
import { PaletteGlyph } from './palette/palette-glyph.tsx'
import { paletteEntries } from './palette/entries.ts'
import { addAfter, isStepKind, paletteLabel, placeAt, type PaletteKind, type PlaceOptions } from './place.ts'

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
}

export function AddMenu({ request, onClose }: { request: AddRequest | null; onClose: () => void }) {
  const { editor, place } = useEditor()
  const [text, setText] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (request !== null) {
      setText('')
      requestAnimationFrame(() => input.current?.focus())
    }
  }, [request])
  if (request === null) return null
  const needsStep = request.after !== undefined || request.between !== undefined || request.inside !== undefined
  const kinds = paletteEntries
    .filter(({ kind }) => !needsStep || isStepKind(kind))
    .filter(({ kind, keywords }) => `${paletteLabel(kind)} ${keywords}`.toLowerCase().includes(text.trim().toLowerCase()))
  const add = (kind: PaletteKind): void => {
    onClose()
    const { document } = editor.store.getState()
    const added = addAt(document, kind, request, place)
    editor.edit(`Add ${paletteLabel(kind)}`, () => added.document, { select: [added.id], fresh: added.id })
  }
  return (
    // The key that opens it would close it again: a Menu takes keys outside of it as clicks outside.
    <Menu opened onClose={onClose} position="bottom-start" width={232} trapFocus={false} closeOnItemClick={false} clickOutsideEvents={['mousedown', 'touchstart']}>
      <Menu.Target>
        <span aria-hidden="true" style={{ position: 'fixed', left: request.clientX, top: request.clientY, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown onKeyDown={(event) => event.stopPropagation()}>
        <TextInput
          ref={input} size="xs" placeholder={request.between ? 'Step that comes between' : needsStep ? 'Step that comes next' : 'Add'} aria-label="Find what to add" value={text} mb={4}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && kinds[0]) add(kinds[0].kind)
            if (event.key === 'Escape') onClose()
          }}
        />
        {kinds.map(({ kind }) => (
          <Menu.Item key={kind} leftSection={<PaletteGlyph kind={kind} />} onClick={() => add(kind)}>{paletteLabel(kind)}</Menu.Item>
        ))}
        {kinds.length === 0 && <Menu.Label>Nothing is named like that.</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  )
}

function addAt(document: GraphDocument, kind: PaletteKind, { point, after, between, inside }: AddRequest, place: PlaceOptions): Added {
  if (!isStepKind(kind)) return placeAt(document, kind, point, place)
  if (between !== undefined) return spliceStep(document, between, kind)
  if (after !== undefined) return addAfter(document, kind, after.stepId, after.port)
  if (inside !== undefined) return addStep(document, { parent: inside, kind, after: 'last' })
  return placeAt(document, kind, point, place)
}
