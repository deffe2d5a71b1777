/** An entry of the audit as a sentence with the thing in it, and what else is known in a second line. Pure. */
import { roleWords, type RoleName } from '#base/role-words.ts'
import { cronWords } from '#canvas/schedule-words.ts'
import type { AuditActor, AuditEntry } from '#server/audit/list-audit.ts'

export interface AuditSentence {
  /** Before the thing: "paused". */
  verb: string
  /** Its name, and where it is; no path: it has no place of its own any more. */
  thing: { label: string; path: string | null; mono: boolean } | null
  /** Behind it. */
  rest: string
  facts: string[]
}

type Facts = Record<string, unknown>
type Words = (target: string, facts: Facts) => AuditSentence

/** "Ada", "API key Deploy"; whoever made a key is said apart. */
export function whoWords(actor: AuditActor): string {
  if (actor.kind !== 'key') return actor.name
  return actor.id === null ? 'An API key' : `API key ${actor.name}`
}

export function auditSentence({ action, target, detail }: Pick<AuditEntry, 'action' | 'target' | 'detail'>): AuditSentence {
  const words = Object.hasOwn(sentences, action) ? sentences[action] : undefined
  return words === undefined ? { verb: `did ${action} to`, thing: { label: target, path: null, mono: true }, rest: '', facts: [] } : words(target, detail ?? {})
}

/** What an action is called in the filter. */
export const subjectWords: Record<string, string> = {
  workflow: 'Workflows', function: 'Functions', service: 'Services', 'fan-out': 'Fan-outs', run: 'Single runs', runs: 'Many runs at once', approval: 'Approvals', schedule: 'Schedules',
  connection: 'Connections', secret: 'Secrets', setting: 'Settings', key: 'Keys', invitation: 'Invitations', member: 'Members', workspace: 'The workspace',
}

const verbWords: Record<string, string> = {
  create: 'made', change: 'changed', replace: 'draft replaced', rename: 'renamed', delete: 'deleted', 'bring-back': 'brought back', publish: 'published', paused: 'paused', resumed: 'resumed', parked: 'parked', confirm: 'said go', pause: 'paused', stop: 'stopped',
  resume: 'resumed', go: 'let go after the first', cancel: 'cancelled', 'retry-failed': 'failed ones retried', limit: 'limit set', retry: 'retried', again: 'run again', signal: 'signal sent', decide: 'decided', revoke: 'revoked',
  renew: 'new link made', join: 'joined', role: 'role changed', remove: 'removed', leave: 'left',
  history: 'how long history is kept', alerts: 'mails about failures', 'auto-park': 'parking by itself',
}

/** "Connections: renamed". */
export function actionWords(action: string): string {
  const at = action.indexOf('.')
  const subject = subjectWords[action.slice(0, at)] ?? action.slice(0, at)
  const verb = action === 'workspace.confirm' ? 'when fan-outs wait for a go' : (verbWords[action.slice(at + 1)] ?? action.slice(at + 1))
  return `${subject}: ${verb}`
}

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? value.toLocaleString('en') : '')
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const some = (...facts: (string | false | null | undefined)[]): string[] => facts.filter((fact): fact is string => typeof fact === 'string' && fact !== '')
const short = (id: string): string => `…${id.slice(-6)}`
const counted = (n: unknown, one: string): string => `${text(n)} ${n === 1 ? one : `${one}s`}`
const quoted = (value: unknown): string | null => (text(value) === '' ? null : `“${text(value)}”`)
const days = (value: unknown): string => (value === null ? 'for ever' : counted(value, 'day'))

const place = (label: string, path: string | null, mono = false) => ({ label, path, mono })
const at = (address: string): string => `/settings#${address}`
const plain = (verb: string, thing: AuditSentence['thing'], facts: string[] = [], rest = ''): AuditSentence => ({ verb, thing, rest, facts })

const workflow = (target: string, { name }: Facts) => place(text(name) || target, `/workflows/${target}`)
const fn = (target: string) => place(target, `/runs?function=${encodeURIComponent(target)}`, true)
const fanOut = (target: string) => place(short(target), `/fan-outs/${target}`, true)
const run = (target: string) => place(short(target), `/runs/${target}`, true)
const reason = ({ reason: why }: Facts): string | null => quoted(why)
const sent = ({ hosts, before, secret, value }: Facts, word: string): string[] => {
  const now = list(hosts).join(', ')
  const old = Array.isArray(before) ? list(before).join(', ') : now
  return some(now !== '' && (old === now ? `For ${now}` : `For ${now}, before ${old || 'anywhere'}`), (secret ?? value) === 'new' && `With a new ${word}`)
}
const forgot = ({ forgot: names }: Facts): string | false => list(names).length > 0 && `Forgot ${list(names).join(', ')}`
const onOff = (facts: Facts): string => (facts['on'] === true ? 'on' : 'off')

const sentences: Record<string, Words> = {
  'workflow.create': (target, facts) => plain('made the workflow', workflow(target, facts)),
  'workflow.replace': (target, facts) => plain('replaced the draft of', workflow(target, facts)),
  'workflow.rename': (target, facts) => plain(`renamed the workflow ${text(facts['before'])} to`, workflow(target, facts)),
  'workflow.publish': (target, facts) => plain(`published v${text(facts['version'])} of`, workflow(target, facts), some(
    list(facts['functions']).length === 0 ? 'No function changed' : `New: ${list(facts['functions']).join(', ')}`, list(facts['removed']).length > 0 && `Removed: ${list(facts['removed']).join(', ')}`, quoted(facts['note']),
  )),
  'workflow.delete': (target, facts) => plain('deleted the workflow', { ...workflow(target, facts), path: null }, some(list(facts['removed']).length > 0 && `Removed: ${list(facts['removed']).join(', ')}`)),
  'workflow.bring-back': (target, facts) => plain('brought back the deleted workflow', workflow(target, facts), ['As a draft']),
  'function.paused': (target, facts) => plain('paused', fn(target), some(reason(facts), facts['cancelRunning'] === true && 'What had begun was cancelled')),
  'function.resumed': (target) => plain('resumed', fn(target)),
  'service.parked': (target, facts) => plain('parked', place(target, at('services'), true), some(reason(facts))),
  'service.resumed': (target) => plain('let', place(target, at('services'), true), [], 'go'),
  'fan-out.confirm': (target, facts) => plain('said go to the fan-out', fanOut(target), some(`${counted(facts['items'], 'item')}`)),
  'fan-out.pause': (target, facts) => plain('paused the fan-out', fanOut(target), some(reason(facts))),
  'fan-out.stop': (target, facts) => plain('stopped the fan-out', fanOut(target), some(reason(facts))),
  'fan-out.resume': (target) => plain('resumed the fan-out', fanOut(target)),
  'fan-out.go': (target) => plain('let the rest of the fan-out', fanOut(target), [], 'go'),
  'fan-out.cancel': (target, facts) => plain('cancelled the rest of the fan-out', fanOut(target), some(facts['running'] === true && 'Also what was running')),
  'fan-out.retry-failed': (target, facts) => plain(`retried ${counted(facts['runs'], 'failed run')} of the fan-out`, fanOut(target)),
  'fan-out.limit': (target, facts) => plain(`set the limit of ${text(facts['function'])} to ${text(facts['limit'])} for the fan-out`, fanOut(target), some(`Before: ${text(facts['before'])}`)),
  'run.cancel': (target) => plain('cancelled the run', run(target)),
  'run.retry': (target) => plain('let the failed run', run(target), [], 'go on'),
  'run.again': (target, facts) => plain('ran', run(target), some(`As the run ${short(text(facts['run']))}`), 'again'),
  'run.signal': (target, facts) => plain(`sent the signal ${text(facts['signal'])} to the run`, run(target)),
  'runs.cancel': (target, facts) => plain(`cancelled ${counted(facts['cancelled'], 'run')}${target === 'runs' ? '' : ' of'}`, target === 'runs' ? null : fn(target), narrowed(facts)),
  'runs.retry': (target, facts) => plain(`retried ${counted(facts['retried'], 'run')}${target === 'runs' ? '' : ' of'}`, target === 'runs' ? null : fn(target), narrowed(facts)),
  'approval.decide': (target, facts) => plain(`${text(facts['decision'])} the step ${text(facts['step'])} of the run`, run(target), some(quoted(facts['comment']))),
  'schedule.create': (target, facts) => plain('made the schedule', place(target, '/schedules', true), times(facts)),
  'schedule.change': (target, facts) => plain('changed the schedule', place(target, '/schedules', true), times(facts)),
  'schedule.delete': (target) => plain('deleted the schedule', place(target, null, true)),
  'connection.create': (target, facts) => plain('made the connection', place(target, at('connections')), sent(facts, 'secret')),
  'connection.change': (target, facts) => plain('changed the connection', place(target, at('connections')), [...sent(facts, 'secret'), ...some(forgot(facts))]),
  'connection.rename': (target, facts) => plain(`renamed the connection ${text(facts['before'])} to`, place(target, at('connections'))),
  'connection.delete': (target) => plain('deleted the connection', place(target, null)),
  'secret.create': (target, facts) => plain('made the secret', place(target, at('values'), true), sent({ ...facts, value: undefined }, 'value')),
  'secret.change': (target, facts) => plain('changed the secret', place(target, at('values'), true), [...sent(facts, 'value'), ...some(forgot(facts))]),
  'secret.rename': (target, facts) => plain(`renamed the secret ${text(facts['before'])} to`, place(target, at('values'), true)),
  'secret.delete': (target) => plain('deleted the secret', place(target, null, true)),
  'setting.create': (target) => plain('made the setting', place(target, at('values'), true)),
  'setting.change': (target) => plain('changed the setting', place(target, at('values'), true)),
  'setting.delete': (target) => plain('deleted the setting', place(target, null, true)),
  'key.create': (target, facts) => plain(`made the ${kindOf(facts)} key`, place(target, at('keys')), some(`Ends in ${text(facts['last4'])}`)),
  'key.revoke': (target, facts) => plain(`revoked the ${kindOf(facts)} key`, place(target, null), some(`Ends in ${text(facts['last4'])}`)),
  'invitation.create': (target, facts) => plain('invited', place(target, people), some(asRole(facts), until(facts))),
  'invitation.renew': (target, facts) => plain('invited', place(target, people), some(asRole(facts), until(facts), 'The link before leads nowhere any more'), 'again'),
  'invitation.revoke': (target, facts) => plain('took back the invitation of', place(target, people), some(asRole(facts))),
  'member.join': (target, facts) => plain('joined', null, some(asRole(facts), text(facts['by']) !== '' && `Invited by ${text(facts['by'])}`, text(facts['email']) !== target && text(facts['email']))),
  'member.role': (target, facts) => plain('made', place(target, people), some(text(facts['before']) !== '' && `Before: ${text(facts['before'])}`, revokedToo(facts), goAgain(facts)), bareRole(facts)),
  'member.remove': (target, facts) => plain('removed', place(target, null), some(text(facts['role']) !== '' && `Was ${text(facts['role'])}`, revokedToo(facts), goAgain(facts))),
  'member.leave': (_target, facts) => plain('left', null, some(text(facts['role']) !== '' && `Was ${text(facts['role'])}`, revokedToo(facts), goAgain(facts))),
  'workspace.create': (target) => plain('created the workspace', place(target, '')),
  'workspace.rename': (target, facts) => plain(`renamed the workspace${text(facts['before']) === '' ? '' : ` ${text(facts['before'])}`} to`, place(target, at('workspace'))),
  'workspace.confirm': (_target, facts) => (facts['above'] === null
    ? plain('let', place('fan-outs', at('fan-outs')), some(typeof facts['before'] === 'number' && `Before: above ${counted(facts['before'], 'item')} they waited`), 'of any size go unasked')
    : plain('made', place('fan-outs', at('fan-outs')), some(typeof facts['before'] === 'number' ? `Before: above ${text(facts['before'])}` : 'Before: none waited'), `above ${counted(facts['above'], 'item')} wait for a go`)),
  'workspace.history': (_target, facts) => plain('set how long', place('history', at('history')), some(`Events ${days(facts['eventDays'])}, runs ${days(facts['runDays'])}`, `Before: events ${days(facts['eventDaysBefore'])}, runs ${days(facts['runDaysBefore'])}`), 'is kept'),
  'workspace.alerts': (_target, facts) => plain('switched', place('mails about failed runs', at('alerts')), [], onOff(facts)),
  'workspace.auto-park': (_target, facts) => plain('switched', place('parking by itself', at('services')), [], onOff(facts)),
}

const people = '/settings/people'
const bareRole = ({ role }: Facts): string => (Object.hasOwn(roleWords, text(role)) ? roleWords[text(role) as RoleName].as : '')
const asRole = (facts: Facts): string => (bareRole(facts) === '' ? '' : `As ${bareRole(facts)}`)
const until = ({ until: end }: Facts): string => (text(end) === '' ? '' : `Until ${new Date(text(end)).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })}`)
const revokedToo = ({ invitations }: Facts): string | false => list(invitations).length > 0 && `Their open invitations were taken back: ${list(invitations).join(', ')}`
const goAgain = ({ saidGo }: Facts): string | false => saidGo === true && 'Big fan-outs now wait for any owner or admin'
const kindOf = ({ kind }: Facts): string => (kind === 'api' ? 'API' : 'event')
const times = ({ event, cron, timezone, enabled }: Facts): string[] => some(`Sends ${text(event)}`, `${cronWords(text(cron))}, ${text(timezone)}`, enabled === false && 'Switched off')
const narrowed = ({ status, event, since, until, from }: Facts): string[] => some(
  text(status) !== '' && `Those that were ${text(status)}`, text(event) !== '' && `Of ${text(event)}`, text(since) !== '' && `Since ${text(since)}`, text(until) !== '' && `Until ${text(until)}`, from === 'start' && 'From the start', from === 'failed' && 'From their failed step',
)
