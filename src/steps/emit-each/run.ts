/**
 * One event per item, however many. The templates are compiled once; an event is made when its
 * chunk is written, from the item where it lies, so a list of 50,000 costs no second copy.
 * Every item is tried before the answer, so a bad one fails the step before anything is sent.
 */
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { kindOf } from '#expressions/problem.ts'
import type { CompiledTemplate } from '#expressions/resolve.ts'
import { cachedTemplate, pruneScope, withField } from '#expressions/resolve.ts'
import type { EmitEachConfig } from '#steps/emit-each/definition.ts'
import type { EmitItem, StepContext, StepOutcome, StepRun } from '#steps/kind.ts'
import { asEventData, asEventId, asStart } from '#steps/value.ts'

type ItemScope = Record<string, unknown> & { item: Json; index: number }

const itemNames = ['item', 'index']

export const runEmitEach: StepRun<EmitEachConfig> = (context) => {
  const items = listOf(context.config.items as Json)
  const { event, data: dataText, id: idText, starts: startsText = '' } = context.rawConfig
  const data = templateOf(dataText, 'json', 'data')
  const id = templateOf(idText, 'template', 'id')
  const starts = templateOf(startsText, 'template', 'starts')
  if (data?.needsSandbox || id?.needsSandbox || starts?.needsSandbox) return withSandbox(context, items, data, id, starts)
  const local: ItemScope = { ...context.scope, item: null, index: 0 }
  const make = (index: number): EmitItem => {
    local.item = items[index]!
    local.index = index
    return itemOf(event, index, () => data?.render(local), () => id?.render(local), starts === null ? null : () => starts.render(local))
  }
  return checked(items.length, make, context)
}

function listOf(value: Json): Json[] {
  if (Array.isArray(value)) return value
  throw new FanwiseError('step_input', `Emit per item needs a list, but got ${kindOf(value)}.`, {
    field: 'items', fix: 'Point to the list itself, such as {{ steps.fetch_users.body.users }}.', facts: { got: kindOf(value) },
  })
}

function templateOf(text: string, kind: 'json' | 'template', field: string): CompiledTemplate | null {
  if (text.trim() === '') return null
  try {
    return cachedTemplate(text, kind, itemNames)
  } catch (thrown) {
    throw withField(thrown, field)
  }
}

function itemOf(event: string, index: number, data: () => Json | undefined, id: () => Json | undefined, starts: (() => Json) | null): EmitItem {
  let field = 'data'
  try {
    const made: EmitItem = { name: event, data: asEventData(data(), 'data') }
    field = 'id'
    const own = asEventId(id())
    if (own !== undefined) made.id = own
    if (starts === null) return made
    field = 'starts'
    const at = asStart(starts())
    if (at !== undefined) made.starts = at
    return made
  } catch (thrown) {
    throw atItem(thrown, index, field)
  }
}

/** The same error, saying which item of the list it is about (people count from 1). */
function atItem(thrown: unknown, index: number, field: string): unknown {
  if (!(thrown instanceof FanwiseError)) return thrown
  const { code, message, fix, facts } = thrown
  return new FanwiseError(code, `Item ${index + 1}: ${message}`, { field, cause: thrown, facts: { ...facts, index }, ...(fix === undefined ? {} : { fix }) })
}

const sliceItems = 5000

function checked(count: number, make: (index: number) => EmitItem, { rawConfig }: StepContext<EmitEachConfig>): StepOutcome | Promise<StepOutcome> {
  const { event, canary = 0, stopAbove = 0 } = rawConfig
  const outcome: StepOutcome = { type: 'emit-each', event, count, make, ...(canary > 0 ? { canary } : {}), ...(stopAbove > 0 ? { stopShare: stopAbove / 100 } : {}) }
  if (count <= sliceItems) {
    for (let index = 0; index < count; index++) make(index)
    return outcome
  }
  return (async () => {
    for (let from = 0; from < count; from += sliceItems) {
      const to = Math.min(count, from + sliceItems)
      for (let index = from; index < to; index++) make(index)
      // Other runs of this worker get their turn.
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    return outcome
  })()
}

async function withSandbox(context: StepContext<EmitEachConfig>, items: Json[], data: CompiledTemplate | null, id: CompiledTemplate | null, starts: CompiledTemplate | null): Promise<StepOutcome> {
  const { event } = context.rawConfig
  const templates = [data, id, starts].filter((template) => template !== null)
  const local: ItemScope = { ...context.scope, item: null, index: 0 }
  const at = (index: number): ItemScope => {
    local.item = items[index]!
    local.index = index
    return local
  }
  for (let index = 0; index < items.length; index++) {
    try {
      for (const template of templates) template.check(at(index))
    } catch (thrown) {
      throw atItem(thrown, index, 'data')
    }
  }
  const { item: _item, index: _index, ...shared } = pruneScope(at(0), templates.flatMap((template) => template.references))
  const values = await context.services.evaluateEach(templates.flatMap((template) => template.expressions), shared, items)
  const dataEnd = data?.expressions.length ?? 0
  const idEnd = dataEnd + (id?.expressions.length ?? 0)
  const make = (index: number): EmitItem => {
    const own = values[index]!
    at(index)
    return itemOf(event, index, () => data?.renderWith(local, own), () => id?.renderWith(local, own.slice(dataEnd, idEnd)), starts === null ? null : () => starts.renderWith(local, own.slice(idEnd)))
  }
  return checked(items.length, make, context)
}
