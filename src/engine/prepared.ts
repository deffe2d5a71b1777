/**
 * A function version made ready to run: steps with compiled inputs, looked up once per process.
 * Versions are immutable, so the cache never goes stale; it is bounded by use.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import { compileConfig, type ConfigResolver } from '#expressions/resolve.ts'
import type { FunctionDefinition, StepDefinition } from '#graph/definition.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { StepKindDefinition, StepRun } from '#steps/kind.ts'
import { stepRuns } from '#steps/runs.ts'

export interface PreparedStep {
  definition: StepDefinition
  kind: StepKindDefinition
  run: StepRun
  resolver: ConfigResolver
  /** Tries after the first. */
  retries: number
  timeoutMs: number
}

export interface PreparedFunction {
  functionId: string
  version: number
  definition: FunctionDefinition
  steps: Map<string, PreparedStep>
}

const cachedMax = 2000

export class PreparedFunctions {
  private readonly cache = new Map<string, PreparedFunction | Promise<PreparedFunction>>()

  constructor(private readonly pool: pg.Pool) {}

  /** The value at once when it is cached: the hot path then costs no promise. */
  get(workspaceId: string, functionId: string, version: number): PreparedFunction | Promise<PreparedFunction> {
    const key = `${functionId}:${version}`
    const known = this.cache.get(key)
    if (known !== undefined) return known
    const loading = this.load(workspaceId, functionId, version).then(
      (prepared) => {
        this.cache.set(key, prepared)
        return prepared
      },
      (error) => {
        this.cache.delete(key)
        throw error
      },
    )
    if (this.cache.size >= cachedMax) this.cache.clear()
    this.cache.set(key, loading)
    return loading
  }

  private async load(workspaceId: string, functionId: string, version: number): Promise<PreparedFunction> {
    const { rows } = await this.pool.query<{ definition: FunctionDefinition }>({
      name: 'function-version-load',
      text: 'select definition from function_version where workspace_id = $1 and function_id = $2 and version = $3',
      values: [workspaceId, functionId, version],
    })
    if (rows[0] === undefined) throw new FanwiseError('internal', `Version ${version} of the function is not stored.`)
    return prepareFunction(functionId, version, rows[0].definition)
  }
}

export function prepareFunction(functionId: string, version: number, definition: FunctionDefinition): PreparedFunction {
  const steps = new Map(definition.steps.map((step) => [step.id, prepareStep(definition, step)]))
  return { functionId, version, definition, steps }
}

function prepareStep(definition: FunctionDefinition, step: StepDefinition): PreparedStep {
  const kind = stepDefinition(step.kind)
  // Defaults that were added to a kind after this version was published are filled in here.
  const config = kind.config.parse(step.config) as JsonObject
  return {
    definition: { ...step, config },
    kind,
    run: stepRuns[step.kind],
    resolver: compileConfig(kind.config, config),
    retries: step.retries ?? definition.retries,
    timeoutMs: kind.timeoutMs(config),
  }
}
