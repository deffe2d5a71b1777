import { expect, test } from 'vitest'
import { becomesHtml } from '#expressions/template.ts'
import { nothingReadable, type Readable } from '../inspector/readable-data.ts'
import { isRead, mailText } from './mail-text.ts'
import { tryText } from './try-text.ts'

const readable: Readable = { ...nothingReadable, scope: { event: { name: 'a/b', data: { name: '<Ada>' } }, steps: {}, run: {} }, waiting: new Map([['load', 'Load']]) }
const shown = (text: string, html: boolean) => mailText(text, tryText(text, 'template', readable, html ? { escape: 'html' } : {}), readable, { html, item: false })

test('as it will be sent: values in HTML are escaped, in text they are not', () => {
  expect(shown('<p>{{ event.data.name }}</p>', true)).toEqual({ text: '<p>&lt;Ada&gt;</p>', partly: false })
  expect(shown('Hi {{ event.data.name }}', false)).toEqual({ text: 'Hi <Ada>', partly: false })
  expect(shown('Hi', false)).toEqual({ text: 'Hi', partly: false })
})

test('a list of people it goes to is read as they are sent to', () => {
  const list = { ...readable, scope: { ...readable.scope, event: { name: 'a/b', data: { team: ['ada@x.dev', 'bo@x.dev'] } } } } as Readable
  const to = (recipients: boolean) => mailText('{{ event.data.team }}', tryText('{{ event.data.team }}', 'template', list, {}), list, { html: false, item: false, recipients }).text
  expect(to(true)).toBe('ada@x.dev, bo@x.dev')
  expect(to(false)).toBe('["ada@x.dev","bo@x.dev"]')
})

test('what is not known yet stands as it is written', () => {
  expect(shown('<p>{{ event.data.name }} {{ steps.load.plan }}</p>', true)).toEqual({ text: '<p>&lt;Ada&gt; ‹steps.load.plan›</p>', partly: true })
  expect(shown('{{ event.', false).partly).toBe(true)
})

test('while an expression begins or is open, the text is not read', () => {
  expect(['Hi {', 'Hi {{', 'Hi {{ event.'].map(isRead)).toEqual([false, false, false])
  expect(['Hi', 'a { b }', 'Hi {{ event.data.name }}'].map(isRead)).toEqual([true, true, true])
})

test('HTML by its tags, or by the one value that is the body', () => {
  expect(becomesHtml('<b>x</b>', '')).toBe(true)
  expect(becomesHtml('{{ steps.load.html }}', '<b>x</b>')).toBe(true)
  expect(becomesHtml('a < b', '<b>x</b>')).toBe(false)
  expect(becomesHtml('{{ event.data.name }} signed up', '<b>x</b> signed up')).toBe(false)
  expect(becomesHtml('{{ ', '<b>x</b>')).toBe(false)
})
