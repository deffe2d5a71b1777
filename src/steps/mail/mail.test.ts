import { expect, test } from 'vitest'
import { runStep } from '#steps/test-context.ts'

const data = { email: 'ada@x.dev', name: '<Ada>', html: '<b>hi</b>' }
test('HTML with escaped values', async () => {
  const { outcome, sent } = await runStep('mail', { to: '{{ event.data.email }}', subject: 'Hi {{ event.data.name }}', body: '<p>{{ event.data.name }}</p>' }, { data })
  expect(sent.mails).toEqual([{ to: 'ada@x.dev', subject: 'Hi <Ada>', html: '<p>&lt;Ada&gt;</p>' }])
  expect(outcome).toMatchObject({ type: 'done', output: { messageId: 'm1', via: 'outbox', to: 'ada@x.dev' } })
})
test('text stays text; a lone value decides for itself', async () => {
  expect((await runStep('mail', { to: 'a@x.dev', subject: 's', body: 'Hi {{ event.data.name }}' }, { data })).sent.mails[0]).toMatchObject({ text: 'Hi <Ada>' })
  expect((await runStep('mail', { to: 'a@x.dev', subject: 's', body: '{{ event.data.html }}' }, { data })).sent.mails[0]).toMatchObject({ html: '<b>hi</b>' })
})
test('addresses in angle brackets are no tags, and a text that begins with a value stays text', async () => {
  const sent = async (body: string) => (await runStep('mail', { to: 'a@x.dev', subject: 's', body }, { data })).sent.mails[0]
  expect(await sent('Hi,\nwrite to Acme <hello@acme.example> or see <https://acme.example/a>.')).toMatchObject({ text: 'Hi,\nwrite to Acme <hello@acme.example> or see <https://acme.example/a>.' })
  expect(await sent('{{ event.data.html }} has signed up.')).toEqual({ to: 'a@x.dev', subject: 's', text: '<b>hi</b> has signed up.' })
  expect(await sent('{{ event.data.html }} and {{ event.data.name }}')).toEqual({ to: 'a@x.dev', subject: 's', text: '<b>hi</b> and <Ada>' })
  for (const html of ['a<br/>b', '<br>', '<h1 class="x">A</h1>', '<!DOCTYPE html>', '</p>', '<my-tag>', '<a\nhref="{{ event.data.email }}">x']) expect(await sent(html)).toHaveProperty('html')
})
test('several addresses, a named one, a sender', async () => {
  const { sent } = await runStep('mail', { to: 'a@x.dev, Ada <b@x.dev>', subject: 's', from: 'Acme <c@x.dev>' })
  expect(sent.mails[0]).toMatchObject({ to: 'a@x.dev, Ada <b@x.dev>', from: 'Acme <c@x.dev>' })
})
test('a list of addresses', async () => {
  expect((await runStep('mail', { to: '{{ event.data.all }}', subject: 's' }, { data: { all: ['a@x.dev', 'Ada <b@x.dev>'] } })).sent.mails[0]).toMatchObject({ to: 'a@x.dev, Ada <b@x.dev>' })
})
test('a name in quotes may have commas in it', async () => {
  const { sent } = await runStep('mail', { to: '"Doe, John" <j@x.dev>; a@x.dev', subject: 's', from: '"Acme, Inc." <c@x.dev>' })
  expect(sent.mails[0]).toMatchObject({ to: '"Doe, John" <j@x.dev>, a@x.dev', from: '"Acme, Inc." <c@x.dev>' })
})
test.each([['"Doe, John" j@x.dev', 'to'], ['"Doe <j@x.dev>', 'to'], ['"a"b" <j@x.dev>', 'to'], ['"a\nBcc: b@x.dev" <j@x.dev>', 'to'], ['nobody', 'to'], ['a@b@c', 'to'], ['a@x.dev\nBcc: b@x.dev', 'to'], [' , ', 'to']])('%j is no address', async (to, field) =>
  await expect(runStep('mail', { to, subject: 's' })).rejects.toMatchObject({ code: 'step_input', field }))
test('a subject cannot add headers, nor be empty', async () => {
  expect((await runStep('mail', { to: 'a@x.dev', subject: '{{ "a\\r\\nBcc: b@x.dev" }}' })).sent.mails[0]?.subject).toBe('a Bcc: b@x.dev')
  await expect(runStep('mail', { to: 'a@x.dev', subject: '{{ "" }}' })).rejects.toMatchObject({ field: 'subject' })
})
