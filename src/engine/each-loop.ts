/**
 * A step that runs once for each item of a list, inside its run. Each item is recorded as a step of its own,
 * `<step>#<index>`, so after a crash only the unfinished ones run. Pure bookkeeping: which item is next, how
 * many are under way, what the step as a whole gives.
 */
import { FanwiseError, type ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'

export type ItemResult = { output: Json } | { error: ErrorShape }

export interface ItemPlace {
  /** The step that repeats. */
  of: string
  index: number
}

/** A step as its loop sees it. */
export interface LoopingStep {
  id: string
  each: { concurrency: number; onError: 'continue' | undefined } | null
}

export const itemsMax = 1000
/** Of all outputs together, as JSON. */
const charactersMax = 4 * 1024 * 1024

export const iterationId = (step: string, index: number): string => `${step}#${index}`

/** Null when the id is a whole step's: keys of steps have no `#`. */
export function placeOf(id: string): ItemPlace | null {
  const at = id.indexOf('#')
  return at < 0 ? null : { of: id.slice(0, at), index: Number(id.slice(at + 1)) }
}

export class EachLoop {
  /** Items under way: executing, being recorded, resting before a retry, or waiting for a called function. */
  readonly open = new Set<number>()
  private readonly results = new Map<number, ItemResult>()
  private readonly concurrency: number
  private readonly failuresAreValues: boolean
  private next = 0
  private characters = 0
  private failedAt: number | null = null

  /** @param underWay items that rest or wait, as earlier workers recorded it */
  constructor(private readonly step: LoopingStep, readonly items: readonly Json[], recorded: ReadonlyMap<number, ItemResult>, underWay: (index: number) => boolean, readonly startedAt: number) {
    this.concurrency = step.each!.concurrency
    this.failuresAreValues = step.each!.onError === 'continue'
    for (let index = 0; index < items.length; index++) {
      const result = recorded.get(index)
      if (result !== undefined) this.settle(index, result)
      else if (underWay(index)) this.open.add(index)
    }
  }

  /** The next item to start, now counted as under way; null while none may start. */
  take(): number | null {
    if (this.failing || this.open.size >= this.concurrency) return null
    const index = this.unstarted()
    if (index !== null) this.open.add(index)
    return index
  }

  /** The item was not begun after all. */
  release(index: number): void {
    this.open.delete(index)
    this.next = Math.min(this.next, index)
  }

  settle(index: number, result: ItemResult): void {
    this.open.delete(index)
    this.results.set(index, result)
    if ('error' in result && !this.failuresAreValues) this.failedAt = Math.min(this.failedAt ?? index, index)
    this.characters += JSON.stringify(result).length
  }

  /** Nothing is under way and nothing more will start. */
  get ended(): boolean {
    return this.open.size === 0 && (this.failing || this.results.size === this.items.length)
  }

  /** True when something can be done now: an item can start, or the step can end. @param ending an item that is just ending */
  canGoOn(ending?: string): boolean {
    const place = ending === undefined ? null : placeOf(ending)
    const own = place !== null && place.of === this.step.id && this.open.has(place.index)
    const open = this.open.size - (own ? 1 : 0)
    return open === 0 || (!this.failing && open < this.concurrency && this.unstarted() !== null)
  }

  /** Why the step fails; null when it does not. */
  get failure(): FanwiseError | null {
    if (this.characters > charactersMax) {
      return new FanwiseError('step_limit', 'The outputs of all items together are more than 4 MB.', { fix: 'Return less per item, or send an event per item instead.' })
    }
    if (this.failedAt === null) return null
    const { error } = this.results.get(this.failedAt) as { error: ErrorShape }
    return new FanwiseError(error.code, `Item ${this.failedAt + 1} of ${this.items.length}: ${error.message}`, {
      retriable: false, facts: { ...error.facts, index: this.failedAt }, ...(error.fix === undefined ? {} : { fix: error.fix }), ...(error.field === undefined ? {} : { field: error.field }),
    })
  }

  /** Outputs in the order of the items; a failed one is `{ error }`. */
  output(): Json {
    return this.items.map((_, index) => {
      const result = this.results.get(index)!
      return 'output' in result ? result.output : { error: result.error as unknown as Json }
    })
  }

  private get failing(): boolean {
    return this.failedAt !== null || this.characters > charactersMax
  }

  private unstarted(): number | null {
    while (this.next < this.items.length && (this.results.has(this.next) || this.open.has(this.next))) this.next += 1
    return this.next < this.items.length ? this.next : null
  }
}

/** The list a step goes through. */
export function checkedItems(value: unknown): Json[] {
  if (!Array.isArray(value)) {
    throw new FanwiseError('step_input', `The items must be a list, but this is ${value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`}.`, { field: 'each.items', fix: 'Give a list, such as {{ event.data.items }}.' })
  }
  if (value.length > itemsMax) {
    throw new FanwiseError('step_limit', `The list has ${value.length.toLocaleString('en')} items; a step goes through ${itemsMax.toLocaleString('en')} at most.`, { field: 'each.items', fix: 'Use an Emit per item step: it takes a list of any length and gives each item a run of its own.' })
  }
  return value as Json[]
}
