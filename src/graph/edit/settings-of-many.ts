/** One setting for several things at once. Things that do not have it are left as they are. Pure. */
import { canHandleError } from '#graph/compile/check-each.ts'
import type { FunctionNode, GraphDocument, NoteColour, NoteNode, StepNode } from '#graph/document.ts'
import { setOnError, type OnError } from '#graph/edit/set-on-error.ts'
import { updateNode } from '#graph/edit/update-node.ts'

/** Functions and steps among the ids. */
export function tryAgain(document: GraphDocument, ids: Iterable<string>): (FunctionNode | StepNode)[] {
  return [...ids].flatMap((id) => {
    const node = Object.hasOwn(document.nodes, id) ? document.nodes[id]! : undefined
    return node?.type === 'function' || node?.type === 'step' ? [node] : []
  })
}

/** Steps among the ids that can do something other than fail their run. */
export function canGoOn(document: GraphDocument, ids: Iterable<string>): StepNode[] {
  return tryAgain(document, ids).flatMap((node) => (node.type === 'step' && canHandleError(node.kind) ? [node] : []))
}

export function setRetriesOf(document: GraphDocument, ids: Iterable<string>, retries: number): GraphDocument {
  return tryAgain(document, ids).reduce((next, node) => updateNode(next, node.id, { retries }), document)
}

export function setOnErrorOf(document: GraphDocument, ids: Iterable<string>, onError: OnError): GraphDocument {
  return canGoOn(document, ids).reduce((next, step) => setOnError(next, step.id, onError), document)
}

export function setConcurrencyOf(document: GraphDocument, ids: Iterable<string>, limit: number | undefined): GraphDocument {
  return tryAgain(document, ids).reduce((next, node) => {
    if (node.type !== 'function') return next
    return updateNode(next, node.id, { concurrency: limit === undefined ? undefined : { ...node.concurrency, limit } })
  }, document)
}

export function notesAmong(document: GraphDocument, ids: Iterable<string>): NoteNode[] {
  return [...ids].flatMap((id) => {
    const node = Object.hasOwn(document.nodes, id) ? document.nodes[id]! : undefined
    return node?.type === 'note' ? [node] : []
  })
}

/** Undefined: plain. */
export function setNoteColourOf(document: GraphDocument, ids: Iterable<string>, colour: NoteColour | undefined): GraphDocument {
  return notesAmong(document, ids).reduce((next, note) => updateNode(next, note.id, { colour }), document)
}
