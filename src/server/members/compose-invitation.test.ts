import { expect, test } from 'vitest'
import { composeInvitation } from '#server/members/compose-invitation.ts'

const facts = { by: 'Ada', workspace: 'North Ops', role: 'editor', email: 'ben@north.io', until: new Date('2026-12-06T22:00:00Z'), url: 'https://fanwise.example/join/abc' } as const

test('the mail says who asks whom into what as what, until when, and has the link', () => {
  const mail = composeInvitation(facts)
  expect(mail).toMatchObject({ to: 'ben@north.io', subject: 'Ada invites you to North Ops on Fanwise' })
  expect(mail.text).toContain('Ada invites you to join the workspace North Ops as an editor.')
  expect(mail.text).toContain('Editors may draw, publish, send events and steer runs.')
  expect(mail.text).toContain('Join: https://fanwise.example/join/abc')
  expect(mail.text).toContain('until 6 December, for ben@north.io')
})

test('a program invites without a name', () => {
  expect(composeInvitation({ ...facts, by: null, role: 'admin' })).toMatchObject({ subject: 'You are invited to North Ops on Fanwise', text: expect.stringContaining('as an admin') })
})

test('names become neither markup nor headers', () => {
  const mail = composeInvitation({ ...facts, by: '<b>Eve</b>', workspace: 'A\r\nBcc: all@x.y' })
  expect(mail.subject).not.toMatch(/[\r\n]/)
  expect(mail.html).not.toContain('<b>')
  expect(mail.text!.split('\n')[0]).toContain('Bcc')
})
