/** A sample as it is written. Pure. */
import { longNumberWords } from '#base/json-text.ts'
import type { Json } from '#base/json.ts'
import { unstorableWords } from '#graph/storable.ts'

export type ReadSample = { ok: true; value: Json | undefined } | { ok: false; message: string }

/** Empty is no sample. */
export function readSample(text: string): ReadSample {
  if (text.trim() === '') return { ok: true, value: undefined }
  try {
    const value = JSON.parse(text) as Json
    const message = longNumberWords(text) ?? unstorableWords(value)
    return message === null ? { ok: true, value } : { ok: false, message }
  } catch (error) {
    return { ok: false, message: `Not JSON yet: ${error instanceof Error ? error.message.replace(/^.*?: /, '').replace(/ in JSON.*$/, '').replace(/\.$/, '') : 'it cannot be read'}.` }
  }
}
