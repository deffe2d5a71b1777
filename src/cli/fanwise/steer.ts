import { parseArgs } from 'node:util'
import { call } from '#cli/fanwise/client.ts'
import { exitCodes, UsageError, type Command } from '#cli/fanwise/command.ts'

export const cancel: Command = {
  name: 'cancel',
  usage: 'cancel <run>…',
  summary: 'Cancel runs.',
  help: `fanwise cancel <run id>…

Cancels each run that has not ended. One that has is left as it is, and said.`,
  async run(args) {
    for (const id of runIds(args, {}).ids) {
      const { cancelled } = await call<{ cancelled: boolean }>('POST', `/runs/${encodeURIComponent(id)}/cancel`)
      console.log(`  ${id}  ${cancelled ? 'cancelled' : 'had ended already'}`)
    }
    return exitCodes.done
  },
}

export const retry: Command = {
  name: 'retry',
  usage: 'retry <run>… [--from start]',
  summary: 'Let failed runs go on, or run them again.',
  help: `fanwise retry <run id>… [--from failed|start]

Lets each failed run go on from its failed step. With --from start a new run of the same version
and event begins instead. Prints the id of the run to watch.`,
  async run(args) {
    const { ids, from = 'failed' } = runIds(args, { from: { type: 'string' } })
    if (from !== 'failed' && from !== 'start') throw new UsageError('--from is failed or start.')
    for (const id of ids) console.log((await call<{ runId: string }>('POST', `/runs/${encodeURIComponent(id)}/retry`, { from })).runId)
    return exitCodes.done
  },
}

function runIds(args: string[], options: { from?: { type: 'string' } }): { ids: string[]; from?: string } {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
  if (positionals.length === 0) throw new UsageError('Say which run: its id, such as run_01….')
  return { ids: positionals, ...(typeof values.from === 'string' ? { from: values.from } : {}) }
}
