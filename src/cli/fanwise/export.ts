import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { call } from '#cli/fanwise/client.ts'
import { UsageError, type Command } from '#cli/fanwise/command.ts'

export const exportCommand: Command = {
  name: 'export',
  usage: 'export <slug> [--out <file>]',
  summary: 'Write a workflow as a file that import reads.',
  help: `fanwise export <slug> [--out <file.json>]

Writes the draft of the workflow to standard output, or to the file.`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { out: { type: 'string', short: 'o' } } })
    const [slug] = positionals
    if (slug === undefined) throw new UsageError('Say which workflow to export, by its slug.')
    const { slug: found, name, graph } = await call<{ slug: string; name: string; graph: unknown }>('GET', `/workflows/${encodeURIComponent(slug)}`)
    const text = `${JSON.stringify({ slug: found, name, graph }, null, 2)}\n`
    if (values.out === undefined) process.stdout.write(text)
    else writeFileSync(path.resolve(process.env.FANWISE_STARTED_IN ?? '.', values.out), text)
    return 0
  },
}
