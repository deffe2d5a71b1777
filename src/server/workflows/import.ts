/** Creating workflows: empty, from a file, or again over the one that is there. */
import { FanwiseError } from '#base/errors.ts'
import { isStorableText } from '#base/storable-text.ts'
import { newUuid } from '#base/ids.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import { emptyDocument, graphDocument, type GraphDocument } from '#graph/document.ts'
import { newHookId } from '#graph/edit/add-node.ts'
import { readDocument } from '#graph/operations.ts'
import { isBottomless, unstorableWords } from '#graph/storable.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { db, isUniqueViolation, type Transaction } from '#server/db.ts'
import { slugOf } from '#server/workspaces/slug.ts'
import type { WorkflowRef } from '#server/workflows/find-workflow.ts'
import { checkDraft, lockPublishing, publishWithin, type Published } from '#server/workflows/publish.ts'
import { asJson, refuseTooLarge, replaceDraft } from '#server/workflows/save-draft.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { storeWebhooks } from '#server/workflows/webhook-rows.ts'

export interface NewWorkflow {
  name: string
  /** Absent: made from the name, with a number when it is taken. */
  slug?: string
  document?: GraphDocument
  authorId: string | null
  /** For the audit; absent: nobody asked for it. */
  by?: Actor
}

export async function createWorkflow(workspaceId: string, input: NewWorkflow): Promise<WorkflowRef> {
  const created = await db().$transaction((tx) => createWithin(tx, workspaceId, input)).catch(nameClash)
  tellEngine((engine) => engine.live.workflowChanged(workspaceId, created.id))
  return created
}

async function createWithin(tx: Transaction, workspaceId: string, input: NewWorkflow): Promise<WorkflowRef> {
  const name = checkName(input.name)
  const slug = input.slug ?? (await freeSlug(tx, workspaceId, slugOf(name, 'workflow')))
  const id = newUuid()
  const document = await ownHooks(tx, input.document ?? emptyDocument())
  refuseTooLarge(document)
  await tx.workflow.create({ data: { workspaceId, id, slug, name, draft: asJson(document) } })
  await storeWebhooks(tx, workspaceId, id, document)
  if (input.by !== undefined) await audit(tx, workspaceId, input.by, 'workflow.create', slug, { name })
  return { id, slug, name }
}

export interface ImportedWorkflow {
  slug: string
  name: string
  created: boolean
  published: Published | null
  diagnostics: Diagnostic[]
}

export interface ImportInput {
  name: string
  slug?: string
  graph: unknown
  publish?: boolean
  authorId: string | null
  by?: Actor
}

/**
 * With the slug of a workflow that exists, its draft becomes the given graph as one edit, so an
 * open editor sees it as a colleague's. With `publish`, errors of the graph refuse the whole
 * import and nothing is changed; without it they come back as diagnostics of the draft.
 */
export async function importWorkflow(workspaceId: string, input: ImportInput): Promise<ImportedWorkflow> {
  const document = readGraph(input.graph)
  if (input.slug !== undefined) checkSlug(input.slug)
  const { workflow, created, published } = await db().$transaction(async (tx) => {
    if (input.publish === true) await lockPublishing(tx, workspaceId)
    const known = input.slug === undefined ? null : await tx.workflow.findUnique({ where: { workspaceId_slug: { workspaceId, slug: input.slug } } })
    const workflow = known === null ? await createWithin(tx, workspaceId, { ...input, document }) : await overwrite(tx, workspaceId, known.id, input, document)
    const published = input.publish === true ? await publishWithin(tx, workspaceId, workflow.id, { authorId: input.authorId, by: input.by }) : null
    return { workflow, created: known === null, published }
  }, { timeout: 30_000 }).catch(nameClash)
  tellEngine((engine) => {
    if (published !== null) engine.routesChanged(workspaceId)
    engine.live.workflowChanged(workspaceId, workflow.id)
  })
  return { slug: workflow.slug, name: workflow.name, created, published, diagnostics: published?.diagnostics ?? (await checkDraft(workspaceId, workflow.id)) }
}

async function overwrite(tx: Transaction, workspaceId: string, id: string, input: ImportInput, document: GraphDocument): Promise<WorkflowRef> {
  const name = checkName(input.name)
  const row = await tx.workflow.update({ where: { workspaceId_id: { workspaceId, id } }, data: { name } })
  await openAgain(tx, workspaceId, id, document, { label: 'Import', authorId: input.authorId })
  if (input.by !== undefined) await audit(tx, workspaceId, input.by, 'workflow.replace', row.slug, { name })
  return { id, slug: row.slug, name }
}

/** A workflow that may have been deleted is there with this drawing, its webhooks answer. Answers what is drawn. */
export async function openAgain(tx: Transaction, workspaceId: string, id: string, drawing: GraphDocument, edit: { label: string; authorId: string | null }): Promise<GraphDocument> {
  await tx.workflow.update({ where: { workspaceId_id: { workspaceId, id } }, data: { archivedAt: null } })
  const document = await ownHooks(tx, drawing, id)
  await replaceDraft(tx, workspaceId, id, document, edit.label, edit.authorId)
  // A deletion took them, also where the drawing is the same.
  await storeWebhooks(tx, workspaceId, id, document)
  return document
}

/** Every mistake of shape at once would help nobody: the first one, with its path. */
function readGraph(graph: unknown): GraphDocument {
  if (isBottomless(graph)) throw new FanwiseError('bad_request', 'The graph nests lists or objects deeper than 200 levels.', { field: 'graph', fix: 'Flatten the samples and settings in it.' })
  const parsed = graphDocument.safeParse(graph)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new FanwiseError('bad_request', `The graph does not have the shape of a workflow: ${issue.message}.`, {
      field: ['graph', ...issue.path.map(String)].join('.'), fix: 'Export a workflow to see the shape: `fanwise export signup-pipeline`.',
    })
  }
  const document = readDocument(parsed.data)!
  const lost = Object.keys(parsed.data.nodes).find((id) => !Object.hasOwn(document.nodes, id))
  const why = lost === undefined ? null : unstorableWords(parsed.data.nodes[lost])
  if (why !== null) throw new FanwiseError('bad_request', why, { field: `graph.nodes.${lost}`, fix: 'Take it out of the graph.' })
  if (lost !== undefined) throw new FanwiseError('bad_request', 'A node cannot be used: its id is not its key, or its function is not in the graph.', { field: `graph.nodes.${lost}`, fix: 'Give it its own id, and a `parent` that is a function.' })
  const loose = Object.keys(parsed.data.edges).find((id) => !Object.hasOwn(document.edges, id))
  if (loose !== undefined) throw new FanwiseError('bad_request', 'An edge leads from or to a node that is not in the graph.', { field: `graph.edges.${loose}`, fix: 'Add the node, or remove the edge.' })
  return document
}

/** Webhook addresses that another workflow, or another webhook of this one, answers at are replaced by new ones. */
async function ownHooks(tx: Transaction, document: GraphDocument, workflowId?: string): Promise<GraphDocument> {
  const webhooks = Object.values(document.nodes).filter((node) => node.type === 'webhook')
  if (webhooks.length === 0) return document
  const rows = await tx.webhookSource.findMany({ where: { id: { in: webhooks.map((node) => node.hookId) } }, select: { id: true, workflowId: true } })
  const taken = new Set(rows.filter((row) => row.workflowId !== workflowId).map((row) => row.id))
  const nodes = { ...document.nodes }
  for (const node of webhooks) {
    if (taken.has(node.hookId)) nodes[node.id] = { ...node, hookId: newHookId() }
    // Of two with one address, the first keeps it.
    taken.add(node.hookId)
  }
  return { ...document, nodes }
}

export async function freeSlug(tx: Transaction | ReturnType<typeof db>, workspaceId: string, base: string): Promise<string> {
  const rows = await tx.workflow.findMany({ where: { workspaceId, slug: { startsWith: base } }, select: { slug: true } })
  const taken = new Set(rows.map((row) => row.slug))
  for (let n = 1; ; n++) {
    const slug = n === 1 ? base : `${base}-${n}`
    if (!taken.has(slug)) return slug
  }
}

export function checkName(text: string): string {
  if (!isStorableText(text)) throw new FanwiseError('bad_request', 'The name holds a null character (U+0000) or half of a character.', { field: 'name', fix: 'Type it anew.' })
  const name = text.trim().replaceAll(/\s+/g, ' ')
  if (name !== '' && name.length <= 80) return name
  throw new FanwiseError('bad_request', name === '' ? 'The workflow has no name.' : 'The name is longer than 80 characters.', { field: 'name', fix: 'Give it a short one, such as Signup pipeline.' })
}

/** Two made under one slug at the same moment: the later one is told. */
function nameClash(error: unknown): never {
  if (!isUniqueViolation(error)) throw error
  throw new FanwiseError('conflict', 'Another workflow got this slug at the same moment.', { field: 'slug', fix: 'Send it again.', cause: error })
}

function checkSlug(slug: string): void {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug) && slug.length <= 64) return
  throw new FanwiseError('bad_request', `\`${slug}\` cannot be a workflow's slug.`, { field: 'slug', fix: 'Use small letters, digits and single hyphens, at most 64 characters.' })
}
