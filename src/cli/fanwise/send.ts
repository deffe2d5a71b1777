import { parseArgs } from 'node:util'
import { call } from '#cli/fanwise/client.ts'
import { CliError, UsageError, type Command } from '#cli/fanwise/command.ts'

export const send: Command = {
  name: 'send',
  usage: "send <event> [--data '<json>']",
  summary: 'Send an event.',
  help: `fanwise send <event name> [--data '<json object>'] [--id <id>] [--json]

Sends one event and prints its id. The same --id within 24 hours is stored once.

  fanwise send user/account.created --data '{"userId":"usr_1","email":"ada@north.io","name":"Ada","plan":"free","signedUpAt":"2026-11-25T09:00:00Z"}'`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { data: { type: 'string', short: 'd' }, id: { type: 'string' }, json: { type: 'boolean' } } })
    const [name] = positionals
    if (name === undefined) throw new UsageError('Say which event to send, such as user/account.created.')
    const answer = await call<{ ids: string[] }>('POST', '/events', { name, data: readData(values.data ?? '{}'), ...(values.id === undefined ? {} : { id: values.id }) })
    console.log(values.json ? JSON.stringify(answer) : answer.ids.join('\n'))
    return 0
  },
}

function readData(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CliError(`--data is not JSON: ${(error as Error).message}`, `Write it as '{"name":"value"}', in single quotes for the shell.`, 2)
  }
}
