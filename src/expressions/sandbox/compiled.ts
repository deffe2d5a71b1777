/** QuickJS as WebAssembly, compiled once for all sandbox threads of the process. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

let compiled: WebAssembly.Module | undefined

/** Takes some 30 ms the first time. */
export function compiledQuickJs(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')))
  return compiled
}
