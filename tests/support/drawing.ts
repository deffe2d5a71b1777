/** Small drawings for tests, made with the edits the editor uses, and a workspace with its people. */
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { diffDocuments } from '#graph/operations.ts'
import type { StepKind } from '#steps/kind.ts'
import { db } from '#server/db.ts'
import { applyOperations } from '#server/workflows/save-draft.ts'

export interface DrawnFunction {
  slug: string
  event: string
  kind?: StepKind
  config: JsonObject
  /** Of the subscription. */
  if?: string
}

/** One step a function, under its event; ids are `ev-<event>`, `fn-<slug>`, `step-<slug>`. */
export function drawFunctions(functions: DrawnFunction[]): GraphDocument {
  let document = emptyDocument()
  functions.forEach((one, i) => {
    const event = `ev-${one.event}`
    if (document.nodes[event] === undefined) document = addEvent(document, { id: event, position: { x: 0, y: i * 200 }, event: one.event }).document
    document = addFunction(document, { id: `fn-${one.slug}`, position: { x: 400, y: i * 200 }, slug: one.slug }).document
    document = addStep(document, { id: `step-${one.slug}`, parent: `fn-${one.slug}`, kind: one.kind ?? 'transform', key: 'work', config: one.config }).document
    document = joined(document, event, `fn-${one.slug}`, one.if)
  })
  return document
}

function joined(document: GraphDocument, source: string, target: string, condition?: string): GraphDocument {
  const answer = connect(document, { source, target })
  if ('refused' in answer) throw new Error(answer.refused)
  if (condition === undefined) return answer.document
  const edges = Object.fromEntries(Object.entries(answer.document.edges).map(([id, edge]) => [id, edge.type === 'subscription' && edge.source === source && edge.target === target ? { ...edge, if: condition } : edge]))
  return { ...answer.document, edges }
}

export const values = (fields: Record<string, string>): JsonObject => ({ fields: Object.entries(fields).map(([name, value]) => ({ name, value })) })

let edits = 0

/** One edit of the draft, as an editor of its own would send it. */
export async function edit(workspaceId: string, workflowId: string, before: GraphDocument, after: GraphDocument, label = 'Edit', authorId: string | null = null): Promise<number> {
  const clientId = `test-${++edits}`
  const saved = await applyOperations(workspaceId, workflowId, { clientId, sinceRevision: 0, authorId, operations: [{ clientId, seq: 1, label, changes: diffDocuments(before, after) }] })
  return saved.revision
}

export interface TestPeople {
  workspace: string
  slug: string
  owner: string
}

/** A workspace whose owner is `owner-…@north.example`. */
export async function createPeople(): Promise<TestPeople> {
  const [workspace, owner] = [newUuid(), newUuid()]
  const slug = `w-${workspace.slice(-12)}`
  await db().workspace.create({ data: { id: workspace, slug, name: 'North Ops' } })
  await addMember(workspace, owner, 'owner')
  return { workspace, slug, owner }
}

export async function addMember(workspaceId: string, id: string, role: string): Promise<string> {
  const email = `${role}-${id.slice(-6)}@north.example`
  await db().user.create({ data: { id, email, name: role } })
  await db().membership.create({ data: { workspaceId, userId: id, role } })
  return email
}
