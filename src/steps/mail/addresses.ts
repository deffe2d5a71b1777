/** What stands in To and From: said in the form where it is drawn, and when a run sends it. Pure. */
import { FanwiseError } from '#base/errors.ts'

const maxRecipients = 50
const address = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/

/** The recipients in a text, one after the other; throws what is wrong with them. */
export function recipients(text: string): string[] {
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

/** The sender as it is written; throws when it is none. */
export function checkedFrom(text: string): string {
  if (/[\r\n]/.test(text) || !address.test(bare(text))) throw new FanwiseError('step_input', `"${text.slice(0, 80)}" is not a sender.`, { field: 'from', fix: 'Give one such as Acme <hello@acme.example>.' })
  return text
}
