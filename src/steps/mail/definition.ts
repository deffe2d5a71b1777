import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { checkedFrom, recipients } from '#steps/mail/addresses.ts'
import { brief, optionalText, outPort, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  to: required('Say whom the mail goes to.', { label: 'To', expr: 'template', placeholder: '{{ event.data.email }}' }, 2000),
  subject: required('Give the mail a subject.', { label: 'Subject', expr: 'template', placeholder: 'Welcome, {{ event.data.name }}' }, 2000),
  body: optionalText({
    label: 'Body', expr: 'template', escape: 'html', control: 'multiline', help: 'Text or HTML. In HTML, values put in with {{ }} are escaped.', placeholder: '<p>Good to have you here.</p>',
  }, 200_000),
  from: optionalText({ label: 'From', expr: 'template', help: 'Empty: the sender of this installation.', placeholder: 'Acme <hello@acme.example>' }, 500),
}).superRefine((c, context) => {
  for (const [name, check] of [['to', recipients], ['from', checkedFrom]] as const) {
    const wrong = drawnWrong(c[name], check)
    if (wrong !== null) context.addIssue({ code: 'custom', path: [name], message: wrong })
  }
})

/** What is wrong with addresses that are drawn as they are; those from data are known once it runs. */
function drawnWrong(text: string, check: (text: string) => unknown): string | null {
  if (text.trim() === '' || text.includes('{{')) return null
  try {
    check(text.trim())
    return null
  } catch (error) {
    if (!(error instanceof FanwiseError)) throw error
    return `${error.message} ${error.fix ?? ''}`.trim()
  }
}

export type MailConfig = z.infer<typeof config>

export const mailDefinition: StepKindDefinition<MailConfig> = {
  kind: 'mail',
  label: 'Send e-mail',
  blurb: 'Sends a mail by SMTP, or puts it in the Outbox when no SMTP is set.',
  icon: 'IconMail',
  group: 'steps',
  config,
  initial: () => ({ to: '', subject: '', body: '', from: '' }),
  ports: () => outPort,
  describe: (c) => brief(c.subject) || 'E-mail',
  effect: 'outside',
  timeoutMs: () => 60_000,
  recordsInput: true,
  reaches: () => 'e-mail',
  example: (c) => ({ messageId: 'mail_not_sent', via: 'outbox', to: c.to.includes('{{') ? 'someone@example.com' : c.to }),
}
