/** What a check of a webhook's address found, for people. */
export type Answer = { kind: 'answered'; status: number; body: unknown } | { kind: 'silent' } | { kind: 'unsaved' }

export function checkText(answer: Answer): { good: boolean; text: string } {
  if (answer.kind === 'unsaved') return { good: false, text: 'The drawing is not saved yet, so the address may not exist. Check again when it says Saved.' }
  if (answer.kind === 'silent') return { good: false, text: 'Nothing answered at this address within 10 seconds. Check the connection, and that Fanwise is reachable there.' }
  const body = (typeof answer.body === 'object' && answer.body !== null ? answer.body : {}) as { check?: unknown; event?: unknown; error?: { message?: unknown; fix?: unknown } }
  if (answer.status === 200 && body.check === true) return { good: true, text: `It answers. What is sent here becomes ${String(body.event)}.` }
  if (typeof body.error?.message === 'string') return { good: false, text: `It answered ${answer.status}: ${body.error.message} ${typeof body.error.fix === 'string' ? body.error.fix : ''}`.trim() }
  return { good: false, text: `Something answered ${answer.status}, but not Fanwise. Look at what stands between: a proxy, a firewall, a login page.` }
}
