import { afterEach, expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import { setTrySandbox } from '#server/try-sandbox.ts'
import { tryExpression, type Attempt } from '#server/workflows/try-expression.ts'

afterEach(() => setTrySandbox(undefined))
const attempt = (text: string, rest: Partial<Attempt> = {}): Attempt => ({ text, kind: 'template', scope: { event: { data: { name: 'Ada', n: 2 } } }, item: false, ...rest })

test('plain paths need no sandbox', async () => {
  expect(await tryExpression(attempt('{{ event.data.n }}'))).toEqual({ value: 2 })
  expect(await tryExpression(attempt('{{ item.id }}', { item: true, scope: { item: { id: 5 } } }))).toEqual({ value: 5 })
})

test('the sandbox gets what it is to work out, and its answer is put into the text', async () => {
  setTrySandbox(async (expressions, scope) => {
    expect([expressions, scope]).toEqual([['event.data.name.toUpperCase()'], { event: { data: { name: 'Ada', n: 2 } } }])
    return ['ADA']
  })
  expect(await tryExpression(attempt('Hi {{ event.data.name.toUpperCase() }}'))).toEqual({ value: 'Hi ADA' })
})

test('why there is no value, in words: missing data, a limit, a mistake', async () => {
  setTrySandbox(() => Promise.reject(new FanwiseError('step_timeout', 'It took longer than 1,000 ms.')))
  expect(await tryExpression(attempt('{{ event.data.mail.trim() }}'))).toEqual({ none: 'event.data.mail has no value with this sample' })
  expect(await tryExpression(attempt('{{ event.data.name.trim() }}'))).toEqual({ none: 'It took longer than 1,000 ms' })
  expect(await tryExpression(attempt('{{ event.'))).toHaveProperty('none')
})

test('more than 20 at once are not taken in; a defect of ours is not hidden', async () => {
  let free = (): void => {}
  const held = new Promise<void>((resolve) => { free = resolve })
  setTrySandbox(async () => {
    await held
    return ['x']
  })
  const tried = Array.from({ length: 22 }, () => tryExpression(attempt('{{ event.data.name.trim() }}')))
  free()
  const answers = await Promise.all(tried)
  expect(answers.filter((one) => 'value' in one)).toHaveLength(20)
  setTrySandbox(() => Promise.reject(new TypeError('broken')))
  await expect(tryExpression(attempt('{{ event.data.name.trim() }}'))).rejects.toThrow('broken')
})
