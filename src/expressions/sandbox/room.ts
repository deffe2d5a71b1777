/**
 * A QuickJS runtime that is as new for every job. Making one takes longer than most jobs do, so it is
 * made once, with the harness in it, and its memory is remembered; before each job that memory is put
 * back byte by byte. What is put back is all that a runtime consists of: WebAssembly gives it nothing
 * but its linear memory (and a stack pointer, which is where it was whenever a call has returned).
 * Bytes beyond the remembered ones are free memory to the allocator that was put back.
 *
 * The same code comes again and again, with other data. So what the runtime is like when functions have
 * been made of it, before they have seen any data, is remembered as well.
 */
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten'
import { harnessSource } from '#expressions/sandbox/harness.ts'
import { findHeapEnd } from '#expressions/sandbox/heap-end.ts'
import { stackBytes } from '#expressions/sandbox/protocol.ts'

const pageBytes = 64 * 1024
/** Static data, always put back even where it was zero; the heap begins after a stack of some megabytes. */
const staticPages = 4
/** Codes that are remembered, and the texts last seen among which one has to come again to be. */
const imagesMost = 32
const seenMost = 256
/** What making functions may add to the heap for its image to be kept. */
const imageGrowthMost = 1024 * 1024

interface Page {
  page: number
  bytes: Uint8Array
}

export class Room {
  readonly runtime: QuickJSRuntime
  readonly context: QuickJSContext
  readonly harness: QuickJSHandle
  private readonly memory: WebAssembly.Memory
  private readonly fresh: Page[]
  private readonly heapEnd: (() => number) | null
  private readonly freshEnd: number
  /** By the text that the functions were made of, the one used last at the end. */
  private readonly images = new Map<string, Page[]>()
  private readonly seen = new Set<string>()
  private interrupted: () => boolean = () => false

  constructor(quickjs: QuickJSWASMModule) {
    this.memory = quickjs.getWasmMemory()
    this.runtime = quickjs.newRuntime()
    this.runtime.setMaxStackSize(stackBytes)
    this.runtime.setInterruptHandler(() => this.interrupted())
    this.context = this.runtime.newContext()
    this.harness = this.context.unwrapResult(this.context.evalCode(harnessSource, 'fanwise.js'))
    const used = usedPages(this.memory)
    const remembered = used.map((page) => this.copied(page))
    this.heapEnd = findHeapEnd(quickjs)
    this.putBack(remembered)
    this.freshEnd = this.heapEnd?.() ?? 0
    const heap = used.find((page) => page >= staticPages)!
    const missing = pagesUpTo(this.freshEnd, heap).filter((page) => !used.includes(page))
    this.fresh = [...remembered, ...missing.map((page) => this.copied(page))].toSorted((a, b) => a.page - b.page)
  }

  /**
   * Everything as before the first job; handles of an earlier one are void.
   * @param text that functions are made of
   * @param interrupted asked now and then while the guest computes; true stops it
   * @returns whether the functions are there already
   */
  enter(text: string, memoryMb: number, interrupted: () => boolean): boolean {
    const image = this.images.get(text)
    if (image !== undefined) {
      this.images.delete(text)
      this.images.set(text, image)
    }
    this.putBack(image ?? this.fresh)
    this.interrupted = interrupted
    this.runtime.setMemoryLimit(memoryMb * 1024 * 1024)
    return image !== undefined
  }

  /** To be called when the functions have been made and nothing else has happened. */
  made(text: string): void {
    if (this.heapEnd === null) return
    if (!this.seen.has(text)) {
      this.seen.add(text)
      if (this.seen.size > seenMost) this.seen.delete(first(this.seen))
      return
    }
    const end = this.heapEnd()
    if (end > this.freshEnd + imageGrowthMost) return
    this.images.set(text, this.imageUpTo(end))
    if (this.images.size > imagesMost) this.images.delete(first(this.images.keys()))
  }

  private putBack(pages: Page[]): void {
    const memory = new Uint8Array(this.memory.buffer)
    for (const { page, bytes } of pages) memory.set(bytes, page * pageBytes)
  }

  /** All that is alive: pages that differ from the fresh ones, and those that were added. */
  private imageUpTo(end: number): Page[] {
    const isFresh = ({ page, bytes }: Page) => Buffer.compare(bytes, new Uint8Array(this.memory.buffer, page * pageBytes, pageBytes)) === 0
    const added = pagesUpTo(end, this.fresh.at(-1)!.page + 1)
    return [...this.fresh.map((page) => (isFresh(page) ? page : this.copied(page.page))), ...added.map((page) => this.copied(page))]
  }

  private copied(page: number): Page {
    return { page, bytes: new Uint8Array(this.memory.buffer.slice(page * pageBytes, (page + 1) * pageBytes)) }
  }
}

/** @param end in bytes */
const pagesUpTo = (end: number, from: number): number[] => Array.from({ length: Math.max(0, Math.ceil(end / pageBytes) - from) }, (_, n) => from + n)

const first = (texts: Iterable<string>): string => texts[Symbol.iterator]().next().value!

/** Pages that hold anything, and the one behind the last of them. */
function usedPages(memory: WebAssembly.Memory): number[] {
  const words = new BigUint64Array(memory.buffer)
  const perPage = pageBytes / 8
  const used: number[] = []
  for (let page = 0; page < words.length / perPage; page++) {
    if (page < staticPages || words.subarray(page * perPage, (page + 1) * perPage).some((word) => word !== 0n)) used.push(page)
  }
  return [...used, used.at(-1)! + 1]
}
