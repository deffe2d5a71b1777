/**
 * The real memory bound. QuickJS's own limit counts allocations, not their sizes, in this build
 * (the allocator cannot tell it a block's size): measured, a guest limited to 16 MB took 1.3 GB.
 * So growth of the WebAssembly memory itself is refused beyond what a job may use.
 */
import type { QuickJSWASMModule } from 'quickjs-emscripten'

const pageBytes = 64 * 1024

export class MemoryBound {
  private readonly memory: WebAssembly.Memory
  private readonly baseBytes: number
  private capBytes: number
  /** Set when a job asked for more than it may have. */
  refused = false

  constructor(quickjs: QuickJSWASMModule) {
    this.memory = quickjs.getWasmMemory()
    this.baseBytes = this.memory.buffer.byteLength
    this.capBytes = this.baseBytes
    const grow = this.memory.grow.bind(this.memory)
    // The module's allocator grows its memory through this method and copes with a refusal.
    this.memory.grow = (pages: number) => {
      if (this.memory.buffer.byteLength + pages * pageBytes > this.capBytes) {
        this.refused = true
        throw new RangeError('The memory of this job is used up.')
      }
      return grow(pages)
    }
  }

  /** What the next job may use. */
  begin(memoryMb: number): void {
    this.capBytes = this.baseBytes + memoryMb * 1024 * 1024
    this.refused = false
  }

  /** Memory never shrinks: a module that grew past this is better replaced. */
  get isLarge(): boolean {
    return this.memory.buffer.byteLength > this.baseBytes + 64 * 1024 * 1024
  }
}
