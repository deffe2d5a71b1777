/** Where a comment goes: on the one thing that is selected, else at a place that is chosen on the canvas. */
import { boundsOf, layScene, shownAs } from '#canvas/scene.ts'
import type { Position } from '#graph/document.ts'
import { canvasApi } from '../canvas-api.ts'
import { announce } from '../commands/announce.ts'
import type { Editor } from '../store.ts'
import { openComments, setPlacing } from './comments-ui.ts'

const how = 'Click where it belongs, or move the mark with the arrow keys and press Enter. Escape leaves.'

export function beginComment(editor: Editor): void {
  const { document, selected } = editor.store.getState()
  const [id] = selected
  if (selected.size === 1 && id !== undefined && document.nodes[id] !== undefined) openComments(null, { write: true })
  else choosePlace(editor)
}

/** The mark starts beside what is selected, else at the pointer, else in the middle of the view. */
export function choosePlace(editor: Editor): void {
  const api = canvasApi()
  if (api === null) return
  const at = besideSelection(editor) ?? api.pointer() ?? api.middle()
  setPlacing({ at: { x: Math.round(at.x), y: Math.round(at.y) }, thread: null })
  api.showPoint(at)
  announce(`Where should the comment be? ${how}`)
}

export function chooseNewPlace(thread: string, at: Position): void {
  setPlacing({ at, thread })
  canvasApi()?.showPoint(at)
  announce(`Where should the thread go? ${how}`)
}

const gap = 16

function besideSelection(editor: Editor): Position | null {
  const { document, selected } = editor.store.getState()
  if (selected.size === 0) return null
  const scene = layScene(document)
  const ends = [...selected].flatMap((id) => {
    const edge = document.edges[id]
    return edge ? [edge.source, edge.target] : [id]
  })
  const bounds = boundsOf(ends.flatMap((id) => scene.boxes.get(shownAs(scene, document, id)) ?? []))
  return bounds && { x: bounds.x + bounds.w + gap, y: bounds.y }
}
