import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import { emptyDocument, noteColours, type FunctionNode } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addSchedule, addStep, addWebhook } from '#graph/edit/add-node.ts'
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

/** Each text of a picture, and the width that it keeps to in any font; null where there is more than enough room. */
const texts = (markup: string) => [...markup.matchAll(/<text ([^>]*)>([^<]*)(?:<title>([^<]*)<\/title>)?<\/text>/g)].map(([, attributes, shown, whole]) => ({
  shown: shown!, whole: whole ?? shown!, width: Number(/textLength="([\d.]+)"/.exec(attributes!)?.[1] ?? 0),
}))

test('what is too long for its card ends in an ellipsis inside it, and says the whole where it is pointed at', () => {
  const long = 'notify-the-warehouse-and-the-customs-broker-about-rejected-documents'
  const frame = addFunction(emptyDocument(), { position: { x: 400, y: 0 }, slug: long })
  const step = addStep(frame.document, { parent: frame.id, kind: 'http', name: 'Notify the customs broker in Rotterdam' })
  const hook = addWebhook(step.document, { position: { x: 0, y: 0 }, name: 'WOOCOMMERCE WEBSHOP MAMMOTH' })
  const event = addEvent(hook.document, { position: { x: 0, y: 200 }, event: `warehouse-and-logistics-department-europe/shipment.${long}` })
  const { document } = event
  const drawn = texts(renderToStaticMarkup(<Picture document={document} label="f" />))
  const { slug } = frame.document.nodes[frame.id] as FunctionNode
  const room: [string, number][] = [[slug, 176 - 20], ['Notify the customs broker in Rotterdam', 124 - 36], ['WOOCOMMERCE WEBSHOP MAMMOTH', 180 - 20], ['warehouse-and-logistics-department-europe/', 260 - 20]]
  for (const [whole, most] of room) {
    const text = drawn.find((one) => one.shown.startsWith(whole.slice(0, 8)))!
    expect(text.shown).toMatch(/^.{8,}…$/)
    expect(text.width, whole).toBeGreaterThan(most / 2)
    expect(text.width, whole).toBeLessThanOrEqual(most)
  }
  expect(drawn.map((one) => one.whole)).toEqual(expect.arrayContaining(room.map(([whole]) => whole)))
})

test('a word that is wider than its note goes on in the next line, nothing of it is lost', () => {
  const word = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik'
  const { document } = addNote(emptyDocument(), { position: { x: 0, y: 0 }, text: `Heading\nsee ${word} first` })
  const lines = texts(renderToStaticMarkup(<Picture document={document} label="f" />))
  expect(lines.length).toBeGreaterThan(3)
  expect(lines.map((one) => one.shown).join('')).toBe(`Headingsee${word} first`)
  for (const line of lines) expect(line.width).toBeLessThanOrEqual(224)
})

test('the words under a schedule are inside the picture', () => {
  const { document } = addSchedule(emptyDocument(), { position: { x: 0, y: 0 }, cron: '15 8-18/2 1,15 * MON-FRI' })
  const markup = renderToStaticMarkup(<Picture document={document} label="f" />)
  const [left, top, width, height] = /viewBox="([^"]+)"/.exec(markup)![1]!.split(' ').map(Number) as [number, number, number, number]
  const words = texts(markup).find((one) => one.shown === '15 8-18/2 1,15 * MON-FRI')!
  expect(words.width).toBeGreaterThan(100)
  expect(24 - words.width / 2).toBeGreaterThan(left)
  expect(24 + words.width / 2).toBeLessThan(left + width)
  expect(top + height).toBeGreaterThan(48 + 18)
})

test('steps have the icon of their kind, and one that emits per item opens as a fan', () => {
  const frame = addFunction(emptyDocument(), { position: { x: 0, y: 0 }, slug: 'f' })
  const drawn = (kind: 'http' | 'mail' | 'emit' | 'emit-each') => renderToStaticMarkup(<Picture document={addStep(frame.document, { parent: frame.id, kind }).document} label="f" />)
  expect(/tabler-icon-([\w-]+)/.exec(drawn('http'))?.[1]).toBe('world')
  expect(/tabler-icon-([\w-]+)/.exec(drawn('mail'))?.[1]).toBe('mail')
  const ends = (markup: string) => markup.split('fill="var(--fw-event-fill)"').length - 1
  expect(ends(drawn('emit-each')) - ends(drawn('emit'))).toBe(4)
})
