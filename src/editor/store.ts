/**
 * The editor's state and its one way of changing the document: `edit`. It makes an operation
 * (saved by Autosave), an undo entry, and new findings. React only reads and calls.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { GraphDocument, GraphNode, Position } from '#graph/document.ts'
import { addedBy, standApart } from '#graph/edit/stand-apart.ts'
import { diffDocuments, isUsableChange, type Change } from '#graph/operations.ts'
import { Autosave, type AutosaveOptions, type SaveState } from './autosave.ts'
import { putBack, type Conflict } from './conflict.ts'
import { History } from './history.ts'

export interface EditorState {
  document: GraphDocument
  /** Node and edge ids. */
  selected: ReadonlySet<string>
  /** Positions under the pointer, not yet an edit. */
  drag: Record<string, Position> | null
  save: SaveState
  conflict: Conflict | null
  /** What was open here and somebody removed. */
  taken: { node: GraphNode; by: string } | null
  /** Another tab of this browser has the same workflow open. */
  otherTab: boolean
  /** The last thing that was done here, and the how manieth it is: the same may be done twice. Undoing is none. */
  done: { label: string; count: number } | null
  undoLabel: string | null
  redoLabel: string | null
  /** Node whose name field wants the focus: it was just added. */
  fresh: string | null
}

export interface EditOptions {
  /** Edits with the same group are one gesture: one undo entry, one operation until sent. */
  group?: string
  /** What is selected afterwards. */
  select?: string[]
  fresh?: string
}

/** What was undone or done again; `kept`: nothing was, because somebody else has changed it since. */
export interface Turned {
  label: string
  kept: boolean
}

export interface Editor {
  store: StoreApi<EditorState>
  edit(label: string, change: (document: GraphDocument) => GraphDocument, options?: EditOptions): void
  undo(): Turned | null
  redo(): Turned | null
  /** The gesture is over (field left, pointer up). */
  closeGesture(): void
  select(ids: Iterable<string>): void
  set(patch: Partial<EditorState>): void
  putBackConflict(): void
  autosave: Autosave
  dispose(): void
}

export type EditorSetup = Omit<AutosaveOptions, 'onState' | 'onRemote' | 'onConflict'>

export function createEditor(setup: EditorSetup): Editor {
  const history = new History()
  const autosave = new Autosave({
    ...setup,
    onState: (save) => store.setState({ save }),
    onRemote: (document, others, mine) => {
      history.interrupt()
      const taken = takenFrom(store.getState(), document, others)
      // Whose edit came later on the server makes room: the other one has not seen it yet.
      const apart = standApart(document, mine.flatMap((one) => addedBy(one.changes)), others.flatMap((one) => addedBy(one.changes)))
      const moves = diffDocuments(document, apart)
      show(moves.length === 0 ? document : autosave.edit('Make room', moves), taken === null ? {} : { taken })
    },
    onConflict: (conflict) => store.setState({ conflict }),
  })
  const store = createStore<EditorState>(() => ({
    document: autosave.document, selected: new Set(), drag: null, save: autosave.state, conflict: null, taken: null,
    otherTab: false, done: null, undoLabel: null, redoLabel: null, fresh: null,
  }))

  function show(document: GraphDocument, rest: Partial<EditorState> = {}): void {
    const selected = rest.selected ?? keepKnown(store.getState().selected, document)
    store.setState({ document, undoLabel: history.undoLabel, redoLabel: history.redoLabel, ...rest, selected })
  }

  function record(label: string, before: GraphDocument, changes: Change[], group?: string): void {
    if (history.record(label, before, changes, group)) store.setState(({ done }) => ({ done: { label, count: (done?.count ?? 0) + 1 } }))
  }

  function turn(which: 'undo' | 'redo'): Turned | null {
    const step = history[which](autosave.document)
    if (step === null) return null
    const before = autosave.document
    const document = autosave.edit(`${which === 'undo' ? 'Undo' : 'Redo'}: ${step.label}`, step.changes)
    const back = Object.keys(document.nodes).filter((id) => before.nodes[id] === undefined)
    // What comes back by a key leaves the keyboard where it is: a field would take the next one.
    show(document, { drag: null, fresh: null, ...(back.length > 0 ? { selected: new Set(back.slice(0, 1)) } : {}) })
    return { label: step.label, kept: step.changes.length === 0 }
  }

  return {
    store,
    autosave,
    edit(label, change, options = {}) {
      const before = autosave.document
      // What cannot be kept is no edit.
      const changes = diffDocuments(before, change(before)).filter(isUsableChange)
      const selected = options.select ? { selected: new Set(options.select) } : {}
      const fresh = { fresh: options.fresh ?? null }
      if (changes.length === 0) {
        if (options.select) store.setState({ ...selected, ...fresh })
        return
      }
      record(label, before, changes, options.group)
      show(autosave.edit(label, changes, options.group), { ...selected, ...fresh })
    },
    undo: () => turn('undo'),
    redo: () => turn('redo'),
    closeGesture: () => history.close(),
    select(ids) {
      const next = new Set(ids)
      const { selected } = store.getState()
      if (next.size === selected.size && [...next].every((id) => selected.has(id))) return
      history.close()
      store.setState({ selected: next, fresh: null })
    },
    set: (patch) => store.setState(patch),
    putBackConflict() {
      const { conflict } = store.getState()
      if (conflict === null) return
      const changes = putBack(conflict)
      record('Put back', autosave.document, changes)
      show(autosave.edit('Put back', changes), { conflict: null })
    },
    dispose: () => autosave.stop(),
  }
}

function keepKnown(selected: ReadonlySet<string>, document: GraphDocument): ReadonlySet<string> {
  const known = [...selected].filter((id) => document.nodes[id] !== undefined || document.edges[id] !== undefined)
  return known.length === selected.size ? selected : new Set(known)
}

/** The one thing that is selected here, when an edit of somebody else removed it. */
function takenFrom({ document: before, selected }: EditorState, after: GraphDocument, others: { author: string; changes: Change[] }[]): EditorState['taken'] {
  const [id] = selected
  const node = id === undefined || selected.size > 1 ? undefined : before.nodes[id]
  if (node === undefined || after.nodes[node.id] !== undefined) return null
  const remover = others.find((other) => other.changes.some(({ path, value }) => path.length === 2 && path[0] === 'nodes' && path[1] === node.id && value === undefined))
  return remover === undefined ? null : { node, by: remover.author }
}
