import { expect, test } from 'vitest'
import { asXml } from './xml-text.ts'

test('what no picture can hold is left out, and everything else stays', () => {
  expect(asXml('<text>Order\u0000 \u0008paid\u001b\ufffe</text>')).toBe('<text>Order paid</text>')
  expect(asXml('a\ud83db\ude00c')).toBe('abc')
  for (const text of ['Grüße 😀 中文', 'two\nlines\tand\r\n', '&amp;\u00a0\u0085']) expect(asXml(text)).toBe(text)
})
