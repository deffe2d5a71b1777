import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { becomesHtml } from '#expressions/template.ts'
import type { OutgoingMail, StepRun } from '#steps/kind.ts'
import { checkedFrom, recipients } from '#steps/mail/addresses.ts'
import type { MailConfig } from '#steps/mail/definition.ts'
import { asText } from '#steps/value.ts'

export const runMail: StepRun<MailConfig> = async ({ config, rawConfig, services }) => {
  const drawn = config.to as Json
  const to = recipients(Array.isArray(drawn) ? drawn.map(asText).join('\n') : asText(drawn))
  const subject = asText(config.subject).replace(/[\r\n]+/g, ' ').trim()
  if (subject === '') throw new FanwiseError('step_input', 'The subject is empty.', { field: 'subject', fix: 'Give it a fallback, such as {{ event.data.title ?? "News" }}.' })
  const body = asText(config.body)
  const mail: OutgoingMail = { to: to.join(', '), subject }
  if (becomesHtml(rawConfig.body, body)) mail.html = body
  else mail.text = body
  const from = asText(config.from).trim()
  if (from !== '') mail.from = checkedFrom(from)
  const { messageId, via } = await services.sendMail(mail)
  return { type: 'done', output: { messageId, via, to: mail.to }, input: { to: mail.to, subject, ...(mail.from === undefined ? {} : { from: mail.from }), ...(mail.html === undefined ? { text: body } : { html: body }) } }
}
