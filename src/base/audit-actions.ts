/** Every action that the audit knows, by what it is done to: the part before the dot. Pure. */
export const auditActions = [
  'workflow.create', 'workflow.replace', 'workflow.rename', 'workflow.publish', 'workflow.delete', 'workflow.bring-back',
  'function.paused', 'function.resumed', 'service.parked', 'service.resumed',
  'fan-out.confirm', 'fan-out.pause', 'fan-out.stop', 'fan-out.resume', 'fan-out.go', 'fan-out.cancel', 'fan-out.retry-failed', 'fan-out.limit',
  'run.cancel', 'run.retry', 'run.again', 'run.signal', 'runs.cancel', 'runs.retry', 'approval.decide',
  'schedule.create', 'schedule.change', 'schedule.delete',
  'connection.create', 'connection.change', 'connection.rename', 'connection.delete',
  'secret.create', 'secret.change', 'secret.rename', 'secret.delete', 'setting.create', 'setting.change', 'setting.delete',
  'key.create', 'key.revoke',
  'invitation.create', 'invitation.renew', 'invitation.revoke', 'member.join', 'member.role', 'member.remove', 'member.leave',
  'workspace.create', 'workspace.rename', 'workspace.confirm', 'workspace.history', 'workspace.alerts', 'workspace.auto-park',
] as const
export type AuditAction = (typeof auditActions)[number]

/** What things are, for narrowing: `connection` stands for all that is done to connections. */
export const auditSubjects = [...new Set(auditActions.map((action) => action.slice(0, action.indexOf('.'))))]
