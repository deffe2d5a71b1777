import { expect, test } from 'vitest'
import { counted, shareWords } from './share-words.ts'

test('the ends are exact, the rest is rounded', () => {
  expect([[0, 1000], [1, 1000], [10, 1000], [370, 1000], [989, 1000], [999, 1000], [1000, 1000], [1, 1]].map(([part, whole]) => shareWords(part!, whole!)))
    .toEqual(['none', 'less than 1 %', '1 %', '37 %', '99 %', 'more than 99 %', 'all', 'all'])
})
test('counts have their noun', () => {
  expect([counted(1, 'event'), counted(1000, 'event'), counted(2, 'delivery', 'deliveries')]).toEqual(['1 event', '1,000 events', '2 deliveries'])
})
