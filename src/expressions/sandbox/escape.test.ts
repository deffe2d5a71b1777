/**
 * What hostile code tries. Each attempt ends as an error of the step or as a harmless value;
 * none reaches the host, and the next evaluation works.
 */
import { expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import { testPool } from '#expressions/sandbox/test-pool.ts'

/** Reaches for what only the host has, by every name it goes by. */
const hostNames = `['process','require','module','Buffer','global','fetch','setTimeout','setInterval','WebAssembly','Deno','Bun','std','os','__dirname','importScripts','postMessage','SharedArrayBuffer','navigator','performance'].filter((n) => typeof globalThis[n] !== 'undefined' && n !== 'SharedArrayBuffer' && n !== 'performance' && n !== 'navigator')`

const attempts: [name: string, code: string, expected?: unknown][] = [
  ['host names', `return ${hostNames}`, []],
  ['Function constructor', 'return Function("return typeof process + typeof require")()', 'undefinedundefined'],
  ['constructor of a function', 'return (() => {}).constructor("return typeof process")()', 'undefined'],
  ['constructor chain of a string', 'return "".constructor.constructor("return typeof process")()', 'undefined'],
  ['constructor chain of the event', 'return event.constructor.constructor("return typeof process")()', 'undefined'],
  ['async function constructor', 'return await (async () => {}).constructor("return typeof process")()', 'undefined'],
  ['generator constructor', 'return [...(function* () {}).constructor("yield typeof process")()]', ['undefined']],
  ['indirect eval', 'return (0, eval)("typeof process")', 'undefined'],
  ['this of a sloppy function', 'return Function("return Object.keys(this).includes(\\"process\\")")()', false],
  ['arguments.callee.caller', 'return Function("return String(arguments.callee.caller)")()'],
  ['stack of an error with prepareStackTrace', 'Error.prepareStackTrace = (e, s) => s; const s = new Error().stack; return typeof s === "string" ? "text" : typeof s?.[0]?.getThis?.()'],
  ['import of a module', 'return (await import("node:fs")).readFileSync("/etc/passwd", "utf8")'],
  ['import of the quickjs modules', 'return await import("os")'],
  ['static import', 'import fs from "fs"; return fs'],
  ['import.meta', 'return import.meta.url'],
  ['process', 'return process.env'],
  ['require', 'return require("child_process").execSync("id")'],
  ['process.binding', 'return globalThis.process?.binding("spawn_sync") ?? "none"', 'none'],
  ['leaving the wrapper', 'return 1 }); globalThis.x = 1; (async function () { return 2'],
  ['leaving the wrapper and giving no function', '}), 1; (async () => {'],
  ['leaving the wrapper with a comment', 'return 1 /*'],
  ['own JSON.stringify', 'JSON.stringify = () => { throw new Error("mine") }; return { a: 1 }', { a: 1 }],
  ['own JSON.parse', 'JSON.parse = () => "mine"; return [1]', [1]],
  ['own Promise.prototype.then', 'Promise.prototype.then = function () { return 1 }; return "kept"'],
  ['own Array.prototype.push', 'Array.prototype.push = () => { throw 1 }; return "kept"', 'kept'],
  ['own Object.prototype.toJSON', 'Object.prototype.toJSON = () => "fooled"; return { a: 1 }', 'fooled'],
  ['prototype of the answer', 'return JSON.parse(\'{"__proto__":{"polluted":1}}\')'],
  ['pollution of Object.prototype', 'Object.prototype.polluted = 1; event.__proto__.polluted = 2; return ({}).polluted'],
  ['frozen intrinsics', 'Object.freeze(Object.prototype); return 1', 1],
  ['getter that throws', 'return { get a() { throw new Error("no") } }'],
  ['getter that never ends', 'return { get a() { for (;;) {} } }'],
  ['toJSON that never ends', 'return { toJSON() { for (;;) {} } }'],
  ['proxy as the answer', 'return new Proxy({}, { ownKeys() { for (;;) {} } })'],
  ['error with a getter as message', 'throw { get message() { for (;;) {} } }'],
  ['error with a message that is no text', 'throw { message: { toString() { throw 1 } } }'],
  ['throwing null', 'throw null'],
  ['throwing undefined', 'throw undefined'],
  ['throwing a symbol', 'throw Symbol("x")'],
  ['thenable as the answer', 'return { then(resolve) { resolve("through") } }', 'through'],
  ['thenable that never answers', 'return { then() {} }'],
  ['endless loop', 'while (true) {}'],
  ['endless promise chain', 'const again = () => Promise.resolve().then(again); await again()'],
  ['endless generator', 'return [...(function* () { for (;;) yield 1 })()]'],
  ['loop that swallows errors', 'for (;;) { try { for (;;) {} } catch {} }'],
  ['loop in finally', 'try { for (;;) {} } finally { for (;;) {} }'],
  ['deep recursion', 'const f = () => f() + 1; return f()'],
  ['deep recursion through toString', 'const o = { toString() { return "" + o } }; return "" + o'],
  ['deep recursion through a proxy', 'let p = {}; for (let i = 0; i < 100000; i++) p = new Proxy(p, {}); return p.x ?? null'],
  ['deep recursion through sort', 'const f = () => [2, 1].sort(f); f(); return 1'],
  ['deep JSON', 'return JSON.parse("[".repeat(100000) + "]".repeat(100000))'],
  ['deep answer', 'let a = []; for (let i = 0; i < 200000; i++) a = [a]; return a'],
  ['deep source', 'return eval("(".repeat(100000) + ")".repeat(100000))'],
  ['deep regular expression', 'return new RegExp("(".repeat(50000) + ")".repeat(50000)).test("a")'],
  ['huge string', 'let s = "x"; for (;;) s += s'],
  ['huge string by repeat', 'return "x".repeat(2 ** 30)'],
  ['huge string by padding', 'return "x".padStart(2 ** 29, "ab").length'],
  ['huge array', 'return new Array(2 ** 32 - 1).fill(0).length'],
  ['huge sparse array as the answer', 'const a = []; a[2 ** 31] = 1; return a'],
  ['huge buffer', 'return new Uint8Array(2 ** 31 - 1).length'],
  ['many buffers', 'const all = []; for (;;) all.push(new ArrayBuffer(1e6))'],
  ['many small objects', 'const all = []; for (let i = 0; ; i++) all.push({ i })'],
  ['caught lack of memory, then on', 'const all = []; for (;;) { try { all.push(new Array(1e5).fill(1)) } catch {} }'],
  ['huge map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)'],
  ['answer that doubles', 'const a = ["0123456789"]; let o = a; for (let i = 0; i < 30; i++) o = [o, o]; return o'],
  ['regular expression without end', 'return /^(a+)+$/.test("a".repeat(40) + "!")'],
  ['regular expression of nested choices', 'return /^((a|a)*)*$/.test("a".repeat(60) + "!")'],
  ['BigInt without end', 'let n = 2n; for (;;) n = n ** 100n'],
  ['toFixed and the like at their edges', 'return [(1e21).toFixed(2), (5).toString(36)]', ['1e+21', '5']],
  ['sort with a comparison that grows the list', 'const a = [3, 2, 1]; a.sort(() => { a.length = 1e6; return Math.random() - 0.5 }); return 1'],
  ['detached and shared memory', 'return typeof SharedArrayBuffer === "undefined" || typeof Atomics === "undefined" || (() => { try { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return "slept" } catch { return "no" } })()'],
  ['finalisers', 'new FinalizationRegistry(() => { for (;;) {} }).register({}, 1); return 1'],
  ['zero bytes and lone surrogates', 'return "a\\u0000b" + "\\ud800"'],
]

const pool = testPool({ size: 1, graceMs: 600 })

const scope = () => ({ event: { id: 'e', name: 'n', data: {}, ts: 0 }, steps: {}, run: { id: 'r', attempt: 1, function: 'f' }, env: {} })

test('there are enough attempts', () => expect(attempts.length).toBeGreaterThan(60))

test.each(attempts)('%s', async (_name, code, expected) => {
  const answer = await pool.runCode(code, scope(), { timeoutMs: 250, memoryMb: 16 }).catch((error: unknown) => error)
  if (answer instanceof Error) {
    expect(answer).toBeInstanceOf(FanwiseError)
    expect(['step_code', 'step_limit', 'step_timeout']).toContain((answer as FanwiseError).code)
    expect(expected).toBe(undefined)
  } else {
    expect(JSON.stringify(answer)).not.toMatch(/root:|uid=|file:\/\//)
    if (expected !== undefined) expect(answer).toEqual(expected)
  }
  expect(({} as Record<string, unknown>).polluted).toBe(undefined)
  expect(await pool.runCode('return [event.name, typeof globalThis.x, ({}).polluted ?? null]', scope(), { timeoutMs: 2000, memoryMb: 16 })).toEqual(['n', 'undefined', null])
})
