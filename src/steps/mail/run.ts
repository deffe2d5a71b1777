import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { becomesHtml } from '#expressions/template.ts'
import type { OutgoingMail, StepRun } from '#steps/kind.ts'
import type { MailConfig } from '#steps/mail/definition.ts'
import { asText } from '#steps/value.ts'

const maxRecipients = 50

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

const address = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/

function recipients(text: string): string[] {
  const list = (text.match(/(?:"[^"\r\n]*"|[^,;\n])+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '')
  if (list.length === 0) throw new FanwiseError('step_input', 'There is no address to send the mail to.', { field: 'to', fix: 'Give one, such as {{ event.data.email }}.' })
  if (list.length > maxRecipients) throw new FanwiseError('step_input', `The mail has ${list.length} addresses; it may have ${maxRecipients}.`, { field: 'to', fix: 'Use Emit per item and send one mail to each.' })
  return list.map((entry) => {
    if (!address.test(bare(entry))) throw new FanwiseError('step_input', `"${entry.slice(0, 80)}" is not an e-mail address.`, { field: 'to', fix: 'Give one such as ada@example.com.' })
    return entry
  })
}

/** `Ada <ada@example.com>` or `"Lovelace, Ada" <ada@example.com>` → `ada@example.com`. */
function bare(entry: string): string {
  return /^(?:"[^"\\\r\n]*"|[^<>"\r\n]*)\s*<([^<>]+)>$/.exec(entry)?.[1]?.trim() ?? entry
}

function checkedFrom(text: string): string {
  if (/[\r\n]/.test(text) || !address.test(bare(text))) throw new FanwiseError('step_input', `"${text.slice(0, 80)}" is not a sender.`, { field: 'from', fix: 'Give one such as Acme <hello@acme.example>.' })
  return text
}
