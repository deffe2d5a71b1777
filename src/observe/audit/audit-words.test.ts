import { expect, test } from 'vitest'
import { actionWords, auditSentence, subjectWords, whoWords } from '#observe/audit/audit-words.ts'
import { auditActions, auditSubjects } from '#base/audit-actions.ts'

const said = (action: string, target: string, detail: Record<string, never> | object | null = null): string => {
  const { verb, thing, rest, facts } = auditSentence({ action, target, detail: detail as never })
  return `${[verb, thing?.label, rest].filter(Boolean).join(' ')}${facts.map((fact) => ` | ${fact}`).join('')}`
}

test.each<[string, string, object | null, string]>([
  ['workflow.publish', 'signup', { name: 'Signup', version: 3, functions: ['add-to-crm v7'], removed: ['old'], note: 'Tax' }, 'published v3 of Signup | New: add-to-crm v7 | Removed: old | “Tax”'],
  ['workflow.delete', 'signup', { name: 'Signup', removed: ['a', 'b'] }, 'deleted the workflow Signup | Removed: a, b'],
  ['function.paused', 'add-to-crm', { reason: 'Audit', cancelRunning: true }, 'paused add-to-crm | “Audit” | What had begun was cancelled'],
  ['service.resumed', 'crm.example.com', null, 'let crm.example.com go'],
  ['fan-out.limit', 'fan_01ABCDEF', { function: 'send', limit: 5, before: 50 }, 'set the limit of send to 5 for the fan-out …ABCDEF | Before: 50'],
  ['runs.cancel', 'send', { status: 'queued', cancelled: 1200 }, 'cancelled 1,200 runs of send | Those that were queued'],
  ['runs.retry', 'runs', { from: 'failed', retried: 1 }, 'retried 1 run | From their failed step'],
  ['run.signal', 'run_01ABCDEF', { step: 'paid', signal: 'payment-7' }, 'sent the signal payment-7 to the run …ABCDEF'],
  ['approval.decide', 'run_01ABCDEF', { decision: 'rejected', step: 'ok', comment: 'Not now' }, 'rejected the step ok of the run …ABCDEF | “Not now”'],
  ['connection.rename', 'Shop', { before: 'CRM' }, 'renamed the connection CRM to Shop'],
  ['connection.change', 'Shop', { hosts: ['b.dev'], before: ['a.dev'], secret: 'new' }, 'changed the connection Shop | For b.dev, before a.dev | With a new secret'],
  ['workspace.rename', 'South Ops', { before: 'North Ops' }, 'renamed the workspace North Ops to South Ops'],
  ['workspace.confirm', 'fan-outs', { above: null, before: 20 }, 'let fan-outs of any size go unasked | Before: above 20 items they waited'],
  ['workspace.history', 'history', { eventDays: 7, runDays: null, eventDaysBefore: 30, runDaysBefore: 1 }, 'set how long history is kept | Events 7 days, runs for ever | Before: events 30 days, runs 1 day'],
  ['key.revoke', 'Shop', { kind: 'api', last4: 'a1b2' }, 'revoked the API key Shop | Ends in a1b2'],
  ['invitation.create', 'ben@north.io', { role: 'editor', until: '2026-12-06T12:00:00Z' }, 'invited ben@north.io | As an editor | Until 6 December'],
  ['member.join', 'Ben', { role: 'editor', email: 'ben@north.io', by: 'Ada' }, 'joined | As an editor | Invited by Ada | ben@north.io'],
  ['member.role', 'Ben', { role: 'viewer', before: 'admin', invitations: ['cy@north.io'] }, 'made Ben a viewer | Before: admin | Their open invitations were taken back: cy@north.io'],
  ['member.role', 'Ben', { role: 'viewer', before: 'editor', invitations: [], saidGo: true }, 'made Ben a viewer | Before: editor | Big fan-outs now wait for any owner or admin'],
  ['member.remove', 'Ben', { role: 'editor', invitations: [], saidGo: true }, 'removed Ben | Was editor | Big fan-outs now wait for any owner or admin'],
  ['member.leave', 'Ben', { role: 'editor', invitations: [], saidGo: false }, 'left | Was editor'],
  ['of.tomorrow', 'x', null, 'did of.tomorrow to x'],
])('%s', (action, target, detail, words) => expect(said(action, target, detail)).toBe(words))

test('every action has a sentence and a name in the filter, also without details', () => {
  for (const action of auditActions) {
    expect(said(action, 'x')).not.toContain(action)
    expect(said(action, 'x')).not.toContain('undefined')
    expect(actionWords(action)).toMatch(/^[A-Z].*: [a-z -]+$/)
  }
  for (const subject of auditSubjects) expect(subjectWords[subject]).toBeDefined()
})

test('who did it', () => {
  expect(whoWords({ kind: 'person', id: 'usr_1', name: 'Ada', madeBy: null })).toBe('Ada')
  expect(whoWords({ kind: 'key', id: 'key_1', name: 'Deploy', madeBy: 'Ada' })).toBe('API key Deploy')
  expect(whoWords({ kind: 'key', id: null, name: 'an API key', madeBy: null })).toBe('An API key')
})
