/** A file as a new workflow: first what it would make, then making it. Both read the same text, so what was shown is what comes. */
import { FanwiseError } from '#base/errors.ts'
import { adopt, type Adopted } from '#graph/adopt.ts'
import { compile } from '#graph/compile/index.ts'
import type { GraphDocument } from '#graph/document.ts'
import { readDrawingFile, type DrawingFile } from '#graph/read-file.ts'
import type { FileProblem } from '#graph/refused-file.ts'
import { db } from '#server/db.ts'
import type { WorkflowRef } from '#server/workflows/find-workflow.ts'
import { takenSlugs } from '#server/workflows/from-template.ts'
import { createWorkflow, freeSlug } from '#server/workflows/import.ts'
import type { Actor } from '#server/audit/record.ts'
import { loadCatalog } from '#server/workflows/load-catalog.ts'
import { slugOf } from '#server/workspaces/slug.ts'

export interface FilePreview {
  refused: null
  kind: DrawingFile['kind']
  name: string
  /** What the workflow will be called in addresses. */
  slug: string
  document: GraphDocument
  counts: Record<'event' | 'webhook' | 'schedule' | 'function' | 'step' | 'note', number>
  renamed: Adopted['renamed']
  webhooks: Adopted['webhooks']
  /** What is left out, with reasons; the first ones. */
  problems: FileProblem[]
  problemCount: number
  /** What the compiler says of the rest. */
  errors: number
  warnings: number
}

export interface FileRefused {
  refused: string
  fix: string
  problems: FileProblem[]
  problemCount: number
  /** The problems are the parts of another tool's file, each with what does its work here. */
  foreign: boolean
}

const shownMost = 50
const namelessFile = 'Imported workflow'

/** @param fileName stands in for a name where the file has none. */
export async function previewFile(workspaceId: string, text: string, fileName: string): Promise<FilePreview | FileRefused> {
  const file = readDrawingFile(text)
  const problems = { problems: file.problems.slice(0, shownMost), problemCount: file.problems.length }
  if ('refused' in file) return { refused: file.refused, fix: file.fix, foreign: file.foreign === true, ...problems }
  const { document, renamed, webhooks } = await adopted(workspaceId, file.document)
  const name = nameOf(file, fileName)
  const counts: FilePreview['counts'] = { event: 0, webhook: 0, schedule: 0, function: 0, step: 0, note: 0 }
  for (const node of Object.values(document.nodes)) counts[node.type]++
  const { diagnostics } = compile(document, await loadCatalog(workspaceId, null))
  const errors = diagnostics.filter((one) => one.severity === 'error').length
  return {
    refused: null, kind: file.kind, name, slug: await freeSlug(db(), workspaceId, slugOf(name, 'workflow')), document, counts, renamed, webhooks, ...problems,
    errors, warnings: diagnostics.length - errors,
  }
}

/** Creates a draft of what fits. Throws bad_request when nothing does. */
export async function importFile(workspaceId: string, input: { text: string; name: string; authorId: string | null; by?: Actor }): Promise<WorkflowRef> {
  const file = readDrawingFile(input.text)
  if ('refused' in file) throw new FanwiseError('bad_request', file.refused, { field: 'text', fix: file.fix })
  const { document } = await adopted(workspaceId, file.document)
  return createWorkflow(workspaceId, { name: input.name.trim() === '' ? nameOf(file, '') : input.name, document, authorId: input.authorId, by: input.by })
}

async function adopted(workspaceId: string, document: GraphDocument): Promise<Adopted> {
  const own = Object.values(document.nodes).flatMap((node) => (node.type === 'webhook' ? [node.hookId] : []))
  const rows = own.length === 0 ? [] : await db().webhookSource.findMany({ where: { id: { in: own } }, select: { id: true } })
  return adopt(document, { slugs: await takenSlugs(workspaceId), hooks: new Set(rows.map((row) => row.id)) })
}

/** "signup-pipeline (1).json" → "Signup pipeline". */
function nameOf(file: DrawingFile, fileName: string): string {
  if (file.name !== '') return file.name
  const words = fileName.replace(/\.[^.]*$/, '').replace(/\(\d+\)$/, '').replaceAll(/[-_\s]+/g, ' ').trim().slice(0, 80)
  return words === '' ? namelessFile : words.charAt(0).toUpperCase() + words.slice(1)
}
