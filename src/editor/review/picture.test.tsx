import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import { emptyDocument, noteColours } from '#graph/document.ts'
import { addFunction, addNote, addStep } from '#graph/edit/add-node.ts'
import { setCollapsed } from '#graph/edit/collapse.ts'
import { setNoteColourOf } from '#graph/edit/settings-of-many.ts'
import { Picture } from './picture.tsx'

function collapsed(steps: number) {
  const frame = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'f' })
  let { document } = frame
  for (let i = 0; i < steps; i++) document = addStep(document, { parent: frame.id, kind: i === 0 ? 'emit' : 'http' }).document
  return setCollapsed(document, [frame.id], true)
}
const bars = (markup: string): number => markup.split('data-bar').length - 1

test.each([['a thumbnail', Thumbnail], ['a picture', Picture]])('%s of a collapsed function has a bar for each step that fits', (_, Drawn) => {
  expect(bars(renderToStaticMarkup(<Drawn document={collapsed(3)} label="f" />))).toBe(3)
  expect(bars(renderToStaticMarkup(<Drawn document={collapsed(40)} label="f" />))).toBe(8)
  const open = collapsed(3)
  expect(bars(renderToStaticMarkup(<Drawn document={setCollapsed(open, Object.keys(open.nodes), false)} label="f" />))).toBe(0)
})

test('a picture has all words of a note, in lines as long as it is wide', () => {
  const text = '**Mind** the limit\nThe CRM takes 100 calls a minute; what is more waits in line until it is less busy, and nothing of it is lost.'
  const note = addNote(emptyDocument(), { position: { x: 0, y: 0 }, text })
  const { document } = { document: { ...note.document, nodes: { [note.id]: { ...note.document.nodes[note.id]!, size: { w: 224, h: 96 } } as never } } }
  const drawn = renderToStaticMarkup(<Picture document={document} label="f" />)
  const lines = [...drawn.matchAll(/font-size="11"[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]!)
  expect(lines.join(' ')).toBe(text.replaceAll('**', '').replace('\n', ' '))
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
  expect(lines[0]).toBe('Mind the limit')
})

test('a picture has the colours of notes, and a shape for each', () => {
  const note = addNote(emptyDocument(), { position: { x: 0, y: 0 }, text: 'Mind the limit' })
  const drawn = noteColours.map((colour) => renderToStaticMarkup(<Picture document={setNoteColourOf(note.document, [note.id], colour)} label="f" />))
  for (const [i, markup] of drawn.entries()) expect(markup).toContain(`--fw-note-${noteColours[i]!}-soft`)
  expect(new Set(drawn.map((markup) => /scale\(0\.9\)" d="([^"]+)"/.exec(markup)?.[1])).size).toBe(noteColours.length)
})
