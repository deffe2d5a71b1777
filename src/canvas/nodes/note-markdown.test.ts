import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInline, readNote } from './note-markdown.ts'

test('a first plain line is the title, the rest text', () => {
  expect(readNote('Why\nBecause').map((block) => block.type)).toEqual(['heading', 'paragraph'])
})

test('headings, lists, quotes and code', () => {
  expect(readNote('# Title\n\n- one\n- two\n1. first\n> said\n```\na <b>\n```').map((block) => block.type)).toEqual(['heading', 'list', 'list', 'quote', 'code'])
})

test('bold, italic, code and links', () => {
  expect(readInline('a **b** *c* `d` [e](https://x.example/)')).toEqual([
    { type: 'text', text: 'a ' }, { type: 'bold', text: 'b' }, { type: 'text', text: ' ' }, { type: 'italic', text: 'c' },
    { type: 'text', text: ' ' }, { type: 'code', text: 'd' }, { type: 'text', text: ' ' }, { type: 'link', text: 'e', href: 'https://x.example/' },
  ])
})

test('an address that is no page stays text', () => {
  for (const href of ['javascript:alert(1)', 'data:text/html,x', 'JaVaScRiPt:x', 'file:///etc/passwd', '//x']) {
    const parts = readInline(`[go](${href})`)
    expect(parts.every((part) => part.type === 'text')).toBe(true)
    expect(parts.map((part) => part.text).join('')).toBe(`[go](${href})`)
  }
})

test('any text can be read, and none of it is lost from a line', () => {
  fc.assert(fc.property(fc.string(), (text) => {
    readNote(text)
    const plain = readInline(text.replaceAll('\n', ' ')).map((part) => part.text).join('')
    expect(plain.length).toBeLessThanOrEqual(text.length)
  }))
})
