/**
 * A pencil over the editor's own edits, for drawings made in code. Ids are the names given, so
 * the same code always makes the same document.
 */
import type { Json, JsonObject } from '#base/json.ts'
import { emptyDocument, type GraphDocument, type Position } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addSchedule, addStep, addWebhook, type NewFunction } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { fitSlug } from '#graph/edit/fit-slug.ts'
import { updateNode, type NodePatch } from '#graph/edit/update-node.ts'
import { firstStep, grid, nodeSize, roundTo, snap } from '#graph/sizes.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { StepKind } from '#steps/kind.ts'

export interface DrawnStep {
  kind: StepKind
  name: string
  key: string
  config: JsonObject
  /** Keys of the steps it follows, with the way out where there are several; absent = the step before. */
  after?: (string | { step: string; port: string })[]
  /** Grid place inside the frame: column and row. Absent = next column. */
  at?: { column: number; row: number }
  /** What else the step has: `each`, `onError`, `retries`. */
  more?: NodePatch
}

const columnWidth = 144
const rowHeight = 64

export class Drawing {
  document: GraphDocument = emptyDocument()
  private edges = 0

  event(id: string, event: string, position: Position, sample: Json): string {
    return this.keep(addEvent(this.document, { id, event, position, sample }))
  }

  schedule(id: string, cron: string, timezone: string, position: Position): string {
    return this.keep(addSchedule(this.document, { id, cron, timezone, position }))
  }

  /** Its address is only a placeholder: whoever uses the drawing gives it one of its own. */
  webhook(id: string, name: string, position: Position, feeds: string): string {
    this.keep(addWebhook(this.document, { id, name, position, hookId: `placeholder-${id}` }))
    this.join(id, feeds)
    return id
  }

  note(id: string, text: string, position: Position, size: { w: number; h: number }): string {
    return this.keep(addNote(this.document, { id, text, position, size }))
  }

  /** A frame with its steps, started by events or schedules. The slug is its id. */
  function(settings: Omit<NewFunction, 'id'> & { slug: string; startedBy: string[]; flow?: NodePatch }, steps: DrawnStep[]): string {
    const id = this.keep(addFunction(this.document, { ...settings, id: `f_${settings.slug}` }))
    if (settings.flow !== undefined) this.document = updateNode(this.document, id, settings.flow)
    let column = 0
    for (const [index, { kind, name, key, config, after, at, more }] of steps.entries()) {
      const place = at ?? { column, row: 0 }
      column = place.column + 1
      const stepId = `s_${settings.slug}_${key}`
      const position = { x: roundTo(firstStep.x + place.column * columnWidth, snap), y: roundTo(firstStep.y + place.row * rowHeight, snap) }
      this.keep(addStep(this.document, { id: stepId, parent: id, kind, name, key, position, config: { ...(stepDefinition(kind).initial() as JsonObject), ...config } }))
      if (more !== undefined) this.document = updateNode(this.document, stepId, more)
      const before = after ?? (index === 0 ? [] : [steps[index - 1]!.key])
      for (const one of before) {
        const { step, port } = typeof one === 'string' ? { step: one, port: undefined } : one
        this.join(`s_${settings.slug}_${step}`, stepId, port)
      }
    }
    for (const source of settings.startedBy) this.join(source, id)
    this.readWhole(id)
    return id
  }

  /** Wider where its name would be cut off; a few pixels less are only missed while it runs. */
  private readWhole(id: string): void {
    const fitted = fitSlug(this.document, id)
    if (nodeSize(fitted.nodes[id]!).w - nodeSize(this.document.nodes[id]!).w > grid) this.document = fitted
  }

  private join(source: string, target: string, port?: string): void {
    const joined = connect(this.document, { id: `e_${++this.edges}`, source, target, ...(port === undefined ? {} : { port }) })
    if ('refused' in joined) throw new Error(`${source} → ${target}: ${joined.refused}`)
    this.document = joined.document
  }

  private keep(added: { document: GraphDocument; id: string }): string {
    this.document = added.document
    return added.id
  }
}

/** A wait or sleep of hours and days: a test of the drawing passes it at once, as if its time were over. */
export const passedInTests: Pick<DrawnStep, 'more'> = { more: { pinned: null } }

/** An HTTP step that sends JSON. */
export function sends(method: 'POST' | 'PUT' | 'PATCH', url: string, body: JsonObject): JsonObject {
  return { method, url, bodyType: 'json', body: data(body) }
}

export function gets(url: string): JsonObject {
  return { method: 'GET', url, bodyType: 'none', body: '' }
}

/** JSON text with `{{ }}` parts, written as an object. A text that is one `{{ }}` and nothing else stands for the value itself, so it goes without quotes. */
export function data(body: JsonObject): string {
  const holes: string[] = []
  const marked = JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value !== 'string' || !/^\{\{(?:(?!\{\{).)*\}\}$/.test(value)) return value
    return `hole ${holes.push(value) - 1}`
  }, 2)
  return marked.replace(/"hole (\d+)"/g, (_all, index: string) => holes[Number(index)]!)
}
