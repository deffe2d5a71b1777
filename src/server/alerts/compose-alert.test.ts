import { expect, test } from 'vitest'
import { composeAlert, composeTestAlert } from '#server/alerts/compose-alert.ts'

const workspace = { slug: 'north-ops', name: 'North Ops' }
const publicUrl = 'https://fanwise.example'

test('one failure names the function; the mail has step, error, count and the way to the runs', () => {
  const mail = composeAlert({ workspace, publicUrl, total: 1, groups: [{ function: 'add-to-crm', step: 'Create contact', message: 'The CRM answered 503.', count: 1 }] })
  expect(mail.subject).toBe('add-to-crm failed in North Ops')
  expect(mail.text).toContain('- 1 × add-to-crm, step "Create contact": The CRM answered 503.')
  expect(mail.text).toContain('https://fanwise.example/w/north-ops/runs?view=needs-person')
  expect(mail.text).toContain('https://fanwise.example/w/north-ops/settings#alerts')
  expect(mail.text).toContain('Nothing was switched off')
})

test('many failures are counted, and what is not listed is counted too', () => {
  const mail = composeAlert({ workspace, publicUrl, total: 45, groups: [{ function: 'a', step: null, message: 'x', count: 40 }] })
  expect(mail.subject).toBe('45 runs failed in North Ops')
  expect(mail.text).toContain('- 40 × a: x')
  expect(mail.text).toContain('- 5 more, of other kinds.')
})

test('what an error says cannot become markup or a header', () => {
  const mail = composeAlert({ workspace: { slug: 'x', name: 'A\r\nBcc: all@x.y' }, publicUrl, total: 1, groups: [{ function: 'f', step: null, message: '<img src=x onerror="1">\n'.repeat(40), count: 1 }] })
  expect(mail.subject).not.toMatch(/[\r\n]/)
  expect(mail.html).not.toContain('<img')
  expect(mail.text!.split('\n').every((line) => line.length < 400)).toBe(true)
})

test('a test alert says that nothing failed', () => {
  expect(composeTestAlert({ workspace, publicUrl })).toMatchObject({ subject: 'Test alert of North Ops', text: expect.stringContaining('Nothing failed.') })
})
