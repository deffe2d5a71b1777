'use client'
/** A short list at the pointer: what to add here, already connected. */
import type { GraphDocument, Position } from '#graph/document.ts'
import { addStep, type Added } from '#graph/edit/add-node.ts'
import { spliceStep } from '#graph/edit/splice.ts'
import { BesideList } from './beside-list.tsx'
import { focusAdded } from './commands/focus.ts'
import { useEditor } from './context.ts'
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
  if (request === null) return null
  const needsStep = request.after !== undefined || request.between !== undefined || request.inside !== undefined
  const options = paletteEntries
    .filter(({ kind }) => isStepKind(kind) || (request.reactsTo === undefined ? !needsStep : kind === 'function'))
    .map(({ kind, keywords }) => ({ value: kind, label: paletteLabel(kind), keywords, kind }))
  const add = (kind: PaletteKind): void => {
    onClose()
    const { document } = editor.store.getState()
    const added = addAt(document, kind, request, place)
    editor.edit(`Add ${paletteLabel(kind)}`, () => added.document, { select: [added.id], fresh: added.id })
    focusAdded(added.id)
  }
  return (
    <BesideList
      at={request} label="Find what to add" listLabel="What can be added" options={options} onChoose={(kind) => add(kind as PaletteKind)} onClose={onClose}
      placeholder={request.between ? 'Step that comes between' : needsStep ? 'Step that comes next' : request.reactsTo ? 'What reacts to it' : 'Add'}
    />
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
