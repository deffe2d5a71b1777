/**
 * A QuickJS runtime that is as new for every job. Making one takes longer than most jobs do, so it is
 * made once, with the harness in it, and its memory is remembered; after each job that memory is put
 * back byte by byte. What is put back is all that a runtime consists of: WebAssembly gives it nothing
 * but its linear memory (and a stack pointer, which is where it was whenever a call has returned).
 * Bytes beyond the remembered ones are free memory to the allocator that was put back.
 */
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten'
import { harnessSource } from '#expressions/sandbox/harness.ts'
import { stackBytes } from '#expressions/sandbox/protocol.ts'

const pageBytes = 64 * 1024
/** Static data, always put back even where it was zero; the heap begins after a stack of some megabytes. */
const staticPages = 4

export class Room {
  readonly runtime: QuickJSRuntime
  readonly context: QuickJSContext
  readonly harness: QuickJSHandle
  private readonly memory: WebAssembly.Memory
  private readonly remembered: { at: number; bytes: Uint8Array }[]
  private interrupted: () => boolean = () => false

  constructor(quickjs: QuickJSWASMModule) {
    this.memory = quickjs.getWasmMemory()
    this.runtime = quickjs.newRuntime()
    this.runtime.setMaxStackSize(stackBytes)
    this.runtime.setInterruptHandler(() => this.interrupted())
    this.context = this.runtime.newContext()
    this.harness = this.context.unwrapResult(this.context.evalCode(harnessSource, 'fanwise.js'))
    this.remembered = usedPages(this.memory)
  }

  /** @param interrupted asked now and then while the guest computes; true stops it */
  enter(memoryMb: number, interrupted: () => boolean): void {
    this.interrupted = interrupted
    this.runtime.setMemoryLimit(memoryMb * 1024 * 1024)
  }

  /** Everything as before the job. Handles that the job left are void. */
  leave(): void {
    const memory = new Uint8Array(this.memory.buffer)
    for (const { at, bytes } of this.remembered) memory.set(bytes, at)
  }
}

/** Pages that hold anything, and the one behind the last of them. */
function usedPages(memory: WebAssembly.Memory): { at: number; bytes: Uint8Array }[] {
  const words = new BigUint64Array(memory.buffer)
  const perPage = pageBytes / 8
  const used: number[] = []
  for (let page = 0; page < words.length / perPage; page++) {
    if (page < staticPages || words.subarray(page * perPage, (page + 1) * perPage).some((word) => word !== 0n)) used.push(page)
  }
  used.push(used.at(-1)! + 1)
  return used.map((page) => ({ at: page * pageBytes, bytes: new Uint8Array(memory.buffer.slice(page * pageBytes, (page + 1) * pageBytes)) }))
}
