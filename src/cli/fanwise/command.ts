/** What a command is, and how it fails. */
export const exitCodes = { done: 0, refused: 1, usage: 2, unreachable: 8 } as const

export interface Command {
  name: string
  usage: string
  summary: string
  help: string
  /** Answers the exit code. */
  run(args: string[]): Promise<number>
}

/** The command was not written as it should be. */
export class UsageError extends Error {}

/** It was understood and could not be done. */
export class CliError extends Error {
  readonly fix: string | undefined
  readonly exitCode: number

  constructor(message: string, fix: string | undefined, exitCode: number = exitCodes.refused) {
    super(message)
    this.fix = fix
    this.exitCode = exitCode
  }
}
