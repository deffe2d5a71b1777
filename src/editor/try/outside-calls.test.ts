import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { outsideCalls, outsideFor, outsideWords, stepsIn } from './outside-calls.ts'

function drawn(urls: string[], mails = 0) {
  let document = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 }, slug: 'work' }).document
  for (const url of urls) document = addStep(document, { parent: 'fn', kind: 'http', config: { method: 'GET', url } }).document
  for (let i = 0; i < mails; i++) document = addStep(document, { parent: 'fn', kind: 'mail', config: { to: 'a@b.c', subject: 'x' } }).document
  return stepsIn(document, 'fn')
}

test('hosts are named once, the playground not at all, mail only when it leaves', () => {
  const steps = drawn(['https://api.example.com/a', 'https://api.example.com/{{ event.id }}', 'playground://crm/contacts', '{{ event.data.url }}'], 1)
  expect(outsideCalls(steps, 'smtp')).toEqual({ steps: 4, whom: ['an address from data', 'api.example.com', 'e-mail'] })
  expect(outsideCalls(steps, 'outbox')).toEqual({ steps: 3, whom: ['an address from data', 'api.example.com'] })
  expect(outsideCalls(drawn(['playground://crm/contacts'], 2), 'outbox')).toEqual({ steps: 0, whom: [] })
})

test('the sentence counts and names', () => {
  expect(outsideWords({ steps: 0, whom: [] }, 'real')).toMatch(/^No step calls outside/)
  expect(outsideWords({ steps: 1, whom: ['a.io'] }, 'real')).toBe('One step may call outside: a.io.')
  expect(outsideWords({ steps: 0, whom: [] }, 'stubbed')).toBe('No step calls outside. Functions of other workflows do not react.')
  expect(outsideWords({ steps: 5, whom: ['a.io', 'b.io', 'c.io', 'e-mail'] }, 'stubbed')).toBe('5 steps would call outside (a.io, b.io and 2 more). Instead, each answers with its last output, or with an example. Functions of other workflows do not react.')
})

test('without a choice nobody outside is called unawares', () => {
  const some = { steps: 1, whom: ['a.io'] }
  const none = { steps: 0, whom: [] }
  expect([outsideFor(null, 'all', some), outsideFor(null, 'from', some), outsideFor(null, 'step', some), outsideFor(null, 'function', none), outsideFor('real', 'all', some), outsideFor('stubbed', 'step', none)])
    .toEqual(['stubbed', 'stubbed', 'real', 'real', 'real', 'stubbed'])
})
