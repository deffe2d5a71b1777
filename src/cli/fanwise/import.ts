import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { isJsonObject, withoutMark } from '#base/json.ts'
import { ApiError, call } from '#cli/fanwise/client.ts'
import { CliError, exitCodes, UsageError, type Command } from '#cli/fanwise/command.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'

interface Imported {
  slug: string
  name: string
  created: boolean
  published: { version: number; functions: { slug: string; version: number; changed: boolean }[]; removed: string[] } | null
  diagnostics: Diagnostic[]
}

export const importCommand: Command = {
  name: 'import',
  usage: 'import <file.json> [--publish]',
  summary: 'Import a workflow; with --publish it runs at once.',
  help: `fanwise import <file.json> [--publish] [--slug <slug>] [--name <name>] [--json]

The file is what \`fanwise export\` writes: { "slug", "name", "graph" }. A bare graph needs --name.
With the slug of a workflow that exists, its draft is replaced. With --publish, a graph with
errors is refused as a whole and nothing changes. Use - to read from standard input.`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { publish: { type: 'boolean' }, slug: { type: 'string' }, name: { type: 'string' }, json: { type: 'boolean' } } })
    const [file] = positionals
    if (file === undefined) throw new UsageError('Say which file to import.')
    const content = readJson(file)
    const isBare = !('graph' in content)
    const name = values.name ?? (isBare ? undefined : (content.name as string | undefined))
    const slug = values.slug ?? (isBare ? undefined : (content.slug as string | undefined))
    if (name === undefined) throw new UsageError('The file has no name in it. Give one with --name.')
    try {
      const answer = await call<Imported>('POST', '/workflows', { name, slug, graph: isBare ? content : content.graph, publish: values.publish === true })
      if (values.json) console.log(JSON.stringify(answer))
      else report(answer)
      return exitCodes.done
    } catch (error) {
      if (error instanceof ApiError) printDiagnostics((error.failure.facts?.diagnostics ?? []) as Diagnostic[])
      throw error
    }
  },
}

function readJson(file: string): Record<string, unknown> {
  let text: string
  try {
    text = withoutMark(readFileSync(file === '-' ? 0 : path.resolve(process.env.FANWISE_STARTED_IN ?? '.', file), 'utf8'))
  } catch {
    throw new CliError(`${file} cannot be read.`, 'Check the path.')
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch (error) {
    throw new CliError(`${file} is not JSON: ${(error as Error).message}`, 'Correct it at that place.')
  }
  throw new CliError(`${file} does not hold a workflow.`, 'Export one to see the shape: `fanwise export signup-pipeline`.')
}

function report(answer: Imported): void {
  printDiagnostics(answer.diagnostics)
  console.log(`  ${answer.created ? 'Imported' : 'Replaced the draft of'} ${answer.slug}.`)
  if (answer.published === null) return
  for (const { slug, version, changed } of answer.published.functions) console.log(`  ${slug.padEnd(32)} v${version}${changed ? '' : '  unchanged'}`)
  for (const slug of answer.published.removed) console.log(`  ${slug.padEnd(32)} removed`)
  console.log(`  Published as version ${answer.published.version}.`)
}

function printDiagnostics(diagnostics: Diagnostic[]): void {
  for (const one of diagnostics) {
    console.error(`  ${one.severity === 'error' ? 'error  ' : 'warning'} ${one.function ?? one.nodeId}${one.field === undefined ? '' : ` ${one.field}`}: ${one.message} ${one.fix}`)
  }
}
