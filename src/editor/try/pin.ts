/** Reading and setting a pinned output. */
import { longNumberWords } from '#base/json-text.ts'
import { jsonBytes, type Json } from '#base/json.ts'
import { nodeTitle } from '#canvas/describe.ts'
import type { GraphDocument } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { unstorableWords } from '#graph/storable.ts'
import type { Editor } from '../store.ts'

/** What a test takes of one output. */
const bytesMost = 256 * 1024

export function readPin(text: string): { value: Json } | { problem: string } {
  if (text.trim() === '') return { problem: 'Write JSON, such as { "id": "c_1" }.' }
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    return { problem: `This is not JSON yet: ${(error as Error).message.replace(/\.?$/, '.')}` }
  }
  const problem = longNumberWords(text) ?? unstorableWords(value)
  if (problem !== null) return { problem }
  const bytes = jsonBytes(value)
  if (bytes > bytesMost) return { problem: `This has ${Math.ceil(bytes / 1024)} KB; a pinned output has at most ${bytesMost / 1024} KB.` }
  return { value }
}

/** What the field begins with: the pin, else the last real output, else an example. Null is an output like any other. */
export function pinText(pinned: unknown, last: unknown, example: unknown): string {
  return JSON.stringify([pinned, last, example].find((one) => one !== undefined) ?? null, null, 2)
}

/** `undefined` takes the pin away. */
export function pinStep(editor: Editor, id: string, value: Json | undefined): void {
  const node = editor.store.getState().document.nodes[id]
  if (node?.type !== 'step') return
  const label = value === undefined ? 'Unpin the output of' : node.pinned === undefined ? 'Pin the output of' : 'Change the pinned output of'
  editor.edit(`${label} ${nodeTitle(node)}`, (document) => updateNode(document, id, { pinned: value }))
}

export const pinnedIn = (document: GraphDocument): number => Object.values(document.nodes).filter((node) => node.type === 'step' && node.pinned !== undefined).length
