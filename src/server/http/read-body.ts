/**
 * Reads a request's body with the limit counted on the stream, so an oversize one is refused
 * before it is held. Compressed bodies are refused: their size is not knowable beforehand.
 */
import type { IncomingMessage } from 'node:http'
import { FanwiseError } from '#base/errors.ts'
import { parseExactJson } from '#base/json.ts'

export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    request.resume()
    throw new FanwiseError('unsupported_media_type', `Bodies with Content-Encoding ${encoding} are not accepted.`, { fix: 'Send the body uncompressed.' })
  }
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > bytesMax) {
    request.resume()
    throw tooLarge(bytesMax)
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > bytesMax) {
        chunks.length = 0
        reject(tooLarge(bytesMax))
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('aborted', () => reject(new FanwiseError('bad_request', 'The request ended before its body was complete.')))
  })
}

function tooLarge(bytesMax: number): FanwiseError {
  const mb = bytesMax / 1048576
  return new FanwiseError('too_large', `The body is larger than ${mb >= 1 ? `${mb} MB` : `${bytesMax / 1024} KB`}.`, { fix: 'Send fewer events per request, or less data per event.' })
}

const depthMax = 128

/**
 * JSON text to a value; `null` prototypes are not needed because nothing merges it, but depth is
 * bounded before parsing so a megabyte of `[` costs one scan.
 */
export function parseJsonBody(body: Buffer): unknown {
  // Some senders put a byte order mark before it, which JSON.parse does not pass over.
  const text = body.toString('utf8').replace(/^\uFEFF/, '')
  if (depthOf(text) > depthMax) throw new FanwiseError('bad_request', `The JSON is nested deeper than ${depthMax} levels.`, { fix: 'Flatten the payload.' })
  try {
    return parseExactJson(text)
  } catch (error) {
    throw new FanwiseError('bad_request', `The body is not JSON: ${(error as Error).message}`, { fix: 'Send a JSON object or an array of them, with Content-Type application/json.' })
  }
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 92) i++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (code === 125 || code === 93) depth -= 1
  }
  return deepest
}
