/**
 * Up to where WebAssembly's memory is in use. The allocator keeps that as a word among its static data
 * and tells nobody, so it is looked for: it is the one that lies beyond a large block just allocated,
 * every time, and moves by whole pages of it. Whatever is alive lies before it.
 */
import type { QuickJSWASMModule } from 'quickjs-emscripten'

/** The parts of the engine's module that are not in its types. */
export interface Allocator {
  _malloc(bytes: number): number
}

const staticBytes = 256 * 1024
const step = 4096
const sizes = [1 << 20, (1 << 20) + 9 * step, (1 << 20) + 5 * step]

/**
 * Leaves the memory with some megabytes in use: put it back afterwards.
 * @returns reads the end, in bytes; null where the word was not to be told from others
 */
export function findHeapEnd(quickjs: QuickJSWASMModule): (() => number) | null {
  const memory = quickjs.getWasmMemory()
  const { _malloc } = (quickjs as unknown as { module: Allocator }).module
  let candidates: number[] | null = null
  for (const size of sizes) {
    const block = _malloc(size)
    if (block === 0) return null
    const words = new Uint32Array(memory.buffer, 0, staticBytes / 4)
    const fits = (word: number) => words[word]! % step === 0 && words[word]! >= block + size && words[word]! <= block + size + 16 * step
    candidates = candidates === null ? [...words.keys()].filter(fits) : candidates.filter(fits)
  }
  if (candidates?.length !== 1) return null
  const [at] = candidates as [number]
  return () => new Uint32Array(memory.buffer)[at]!
}
