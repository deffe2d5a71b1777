/**
 * The SDK's retry safety: header `x-inngest-event-id-seed: <ms>,<base64 of 10 bytes>`. Event i of
 * the request, counted from 1, has the ULID (ms, the bytes with i added to bytes 6–9 as a
 * big-endian uint32), so a repeated request stores nothing twice.
 */
import { bytesToUuid, writeTime } from '#base/ids.ts'

/** UUIDs for `count` events, or null when the header is absent or unreadable. */
export function uuidsFromSeed(header: string | string[] | undefined, count: number): string[] | null {
  if (typeof header !== 'string') return null
  const [msText, entropyText] = header.split(',', 2)
  const ms = Number(msText)
  const entropy = Buffer.from(entropyText ?? '', 'base64')
  if (!Number.isSafeInteger(ms) || ms <= 0 || ms >= 2 ** 48 || entropy.length !== 10) return null
  return Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(16)
    writeTime(bytes, ms)
    bytes.set(entropy, 6)
    const view = new DataView(bytes.buffer)
    view.setUint32(12, (view.getUint32(12) + index + 1) >>> 0)
    return bytesToUuid(bytes)
  })
}
