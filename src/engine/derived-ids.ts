/**
 * Ids that are computed instead of drawn, so that the primary key itself forbids a second run of a
 * function for an event, and a second event of an emit's item, whatever is repeated after a crash.
 * Both keep the time of their origin in front: rows sort and partition by time.
 */
import { createHash } from 'node:crypto'
import { bytesToUuid, uuidTime, writeTime } from '#base/ids.ts'

const hex8 = (value: number) => (value >>> 0).toString(16).padStart(8, '0')

/** 74 usable bits that stand for a function (and the number of a replay). */
export interface RunMask {
  a: number
  b: number
  c: number
}

export function runMask(functionId: string, replay = 0): RunMask {
  const digest = createHash('sha256').update(`${functionId}:${replay}`).digest()
  return { a: digest.readUInt32BE(0) & 0x0fff, b: digest.readUInt32BE(4) & 0x3fffffff, c: digest.readUInt32BE(8) }
}

/** Run id = time of the event + (random bits of the event xor bits of the function). */
export function runIdFor(eventId: string, mask: RunMask): string {
  const third = parseInt(eventId.slice(14, 18), 16) ^ mask.a
  const fourth = (parseInt(eventId.slice(19, 23) + eventId.slice(24, 28), 16) ^ mask.b) >>> 0
  const last = (parseInt(eventId.slice(28, 36), 16) ^ mask.c) >>> 0
  const high = hex8(fourth)
  return `${eventId.slice(0, 13)}-${third.toString(16).padStart(4, '0')}-${high.slice(0, 4)}-${high.slice(4)}${hex8(last)}`
}

/** Ids of the events of one emit step: item i of a given run and step always has the same id. */
export function emittedIds(runId: string, step: string, baseMs: number): (index: number) => string {
  const digest = createHash('sha256').update(`${runId}:${step}`).digest()
  const bytes = new Uint8Array(16)
  writeTime(bytes, baseMs)
  bytes.set(digest.subarray(0, 10), 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const head = bytesToUuid(bytes).slice(0, 28)
  return (index) => head + hex8(index)
}

/** The ids of one emit's events, from that of item 0: behind the one, up to the other. */
export function emittedRange(baseId: string): { behind: string; last: string } {
  const before = (BigInt(`0x${baseId.replaceAll('-', '')}`) - 1n).toString(16).padStart(32, '0')
  return { behind: before.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), last: `${baseId.slice(0, 28)}ffffffff` }
}

/** A UUID that stands for the text, with a chosen time in front. */
export function namedUuid(text: string, ms: number): string {
  const bytes = new Uint8Array(createHash('sha256').update(text).digest().subarray(0, 16))
  writeTime(bytes, ms)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return bytesToUuid(bytes)
}

/** The lane of a function's key value; a function without keys uses its own id. Drafts (negative versions) have lanes of their own, so their limits hold nothing of what is live. */
export function laneId(functionId: string, keyText: string | null, version = 1): string {
  if (version < 0) return namedUuid(`${functionId}\u0001${version}\u0001${keyText === null ? '' : `=${keyText}`}`, uuidTime(functionId))
  if (keyText === null) return functionId
  return namedUuid(`${functionId}\u0000${keyText}`, uuidTime(functionId))
}

let lastFanOut = { runId: '', step: '', id: '' }

/** A fan-out's id stands for the run and step that emit it. Its children ask one after another, so the last answer is kept. */
export function fanOutId(runId: string, step: string): string {
  if (lastFanOut.runId !== runId || lastFanOut.step !== step) lastFanOut = { runId, step, id: namedUuid(`fan-out\u0000${runId}\u0000${step}`, uuidTime(runId)) }
  return lastFanOut.id
}

/**
 * First and last possible run id of a function's runs for the events of one fan-out: event ids of a
 * fan-out differ in their last 32 bits only, and so do the runs' (see runIdFor). A range of the
 * primary key of run, job, step and failure is thereby the fan-out's, with no index of its own.
 */
export function fanOutRunRange(baseEventId: string, functionId: string): { from: string; to: string } {
  const head = runIdFor(baseEventId, runMask(functionId)).slice(0, 28)
  return { from: `${head}00000000`, to: `${head}ffffffff` }
}

/** Stands for a limit that is not a function's only one: shared by a workspace's functions, or a function's second. */
export function limitId(ownerId: string, name: string): string {
  return namedUuid(`limit\u0000${ownerId}\u0000${name}`, uuidTime(ownerId))
}

/** The lane of a key value of a limit that functions of the workspace share. */
export function sharedLaneId(workspaceId: string, key: string, keyText: string | null): string {
  return namedUuid(`shared\u0000${workspaceId}\u0000${key}\u0000${keyText ?? ''}`, uuidTime(workspaceId))
}
