/**
 * `npx fanwise <command>`. Answers go to standard output, everything else to standard error.
 * Exit codes: 0 done, 1 refused, 2 the command was not understood, 8 the server cannot be reached,
 * and those of main.ts for the database and the data folder.
 */
import { isFanwiseError } from '#base/errors.ts'
import { bootstrap } from '#cli/fanwise/bootstrap.ts'
import { exportCommand } from '#cli/fanwise/export.ts'
import { importCommand } from '#cli/fanwise/import.ts'
import { openapi } from '#cli/fanwise/openapi.ts'
import { CliError, exitCodes, UsageError, type Command } from '#cli/fanwise/command.ts'
import { runs } from '#cli/fanwise/runs.ts'
import { send } from '#cli/fanwise/send.ts'
import { cancel, retry } from '#cli/fanwise/steer.ts'

const commands: Command[] = [bootstrap, importCommand, exportCommand, send, runs, cancel, retry, openapi]

export async function run(args: string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = commands.find((command) => command.name === rest[0])
    console.log(about === undefined ? overview() : about.help)
    return exitCodes.done
  }
  const command = commands.find((one) => one.name === name)
  if (command === undefined) return complain(`There is no command "${name}".`, `Commands: ${commands.map((one) => one.name).join(', ')}. \`fanwise help\` explains them.`, exitCodes.usage)
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(command.help)
    return exitCodes.done
  }
  try {
    return await command.run(rest)
  } catch (error) {
    if (error instanceof UsageError) return complain(error.message, `\`fanwise help ${command.name}\` shows how it is used.`, exitCodes.usage)
    if (error instanceof CliError) return complain(error.message, error.fix, error.exitCode)
    if (isFanwiseError(error) && error.code !== 'internal') return complain(error.message, error.fix, exitCodes.refused)
    // node:util's parseArgs names the option it does not know.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) return complain(error.message, `\`fanwise help ${command.name}\` shows how it is used.`, exitCodes.usage)
    console.error(error)
    return exitCodes.refused
  }
}

function complain(message: string, fix: string | undefined, code: number): number {
  console.error(`  ${message}${fix === undefined ? '' : `\n  ${fix}`}`)
  return code
}

function overview(): string {
  const width = Math.max(...commands.map((one) => one.usage.length))
  return [
    'fanwise: draw a fan-out, publish it, send events, watch it run.', '',
    ...commands.map((one) => `  fanwise ${one.usage.padEnd(width)}  ${one.summary}`), '',
    'All but bootstrap talk to a running server:',
    '  FANWISE_URL       its address (default: what bootstrap saved, else http://localhost:3000)',
    '  FANWISE_API_KEY   an API key of the workspace (default: the one bootstrap saved)', '',
    '`fanwise help <command>` says more. Exit codes: 0 done, 1 refused, 2 not understood, 8 server not reached.',
  ].join('\n')
}
