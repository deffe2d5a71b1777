/**
 * A function version made ready to run: steps with compiled inputs, looked up once per process.
 * Versions are immutable, so the cache never goes stale; it is bounded by use.
 */
import type pg from 'pg'
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import type { Json, JsonObject } from '#base/json.ts'
import { checkedItems, type ItemPlace } from '#engine/each-loop.ts'
import { compileConfig, type ConfigResolver, type Evaluator } from '#expressions/resolve.ts'
import type { Backoff, FunctionDefinition, Given, StepDefinition } from '#graph/definition.ts'
import { mayReadAnother } from '#engine/step-lists.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { ExpressionScope, StepKindDefinition, StepRun } from '#steps/kind.ts'
import { stepRuns } from '#steps/runs.ts'

export interface PreparedStep {
  /** Of its checkpoint: the step's key, or of an item's share of it `<key>#<index>`. */
  id: string
  definition: StepDefinition
  kind: StepKindDefinition
  run: StepRun
  resolver: ConfigResolver
  /** Tries after the first. */
  retries: number
  backoff: Backoff
  timeoutMs: number
  /** Its output follows from what it reads, here and now: until that is recorded, nobody can notice whether it ran once or twice. */
  computes: boolean
  /** Once for each item of a list. */
  each: { concurrency: number; onError: 'continue' | undefined; list(scope: ExpressionScope, services: Evaluator): Json[] | Promise<Json[]> } | null
  /** Its list might be another one when it is read again, so it is kept. */
  keepsList: boolean
  /** Which item of which step; null for a whole step. */
  iteration: ItemPlace | null
  /** Names of the secrets it reads; null for none, which is nearly all. */
  secrets: readonly string[] | null
}

export interface PreparedFunction {
  functionId: string
  version: number
  definition: FunctionDefinition
  steps: Map<string, PreparedStep>
  /** One of the steps runs for each item of a list. */
  repeats: boolean
  /** Keys of steps that ask a person. */
  approvals: string[]
  /** One of its texts may read a setting of the workspace. */
  readsSettings: boolean
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

/** What is told of the end of a run whose version cannot be prepared: as much as can be read of it. */
export async function toldOf(pool: pg.Pool, job: { workspace_id: string; function_id: string; version: number }): Promise<{ slug: string; onFailure?: string }> {
  const asked = {
    name: 'function-told-of',
    text: `select f.slug, v.definition->'flow'->>'onFailure' as handler from function f left join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = $3
      where f.workspace_id = $1 and f.id = $2`,
    values: [job.workspace_id, job.function_id, job.version],
  }
  const { rows: [found] } = await pool.query<{ slug: string; handler: string | null }>(asked).catch(() => ({ rows: [] }))
  return { slug: found?.slug ?? '', ...(found?.handler == null ? {} : { onFailure: found.handler }) }
}

export function prepareFunction(functionId: string, version: number, definition: FunctionDefinition): PreparedFunction {
  const steps = new Map(definition.steps.map((step) => [step.id, prepareStep(definition, step)]))
  return {
    functionId, version, definition, steps,
    repeats: definition.steps.some((step) => step.each !== undefined),
    approvals: definition.steps.filter((step) => step.kind === 'approval').map((step) => step.id),
    readsSettings: /\benv\b/.test(JSON.stringify(definition.steps)),
  }
}

function prepareStep(definition: FunctionDefinition, step: StepDefinition): PreparedStep {
  const kind = stepDefinition(step.kind)
  // Defaults that were added to a kind after this version was published are filled in here.
  const config = kind.config.parse(step.config) as JsonObject
  if (step.given !== undefined) return givenStep(definition, step, kind, step.given)
  const resolver = compileConfig(kind.config, config, step.each === undefined ? undefined : eachScope)
  return {
    id: step.id,
    definition: { ...step, config },
    kind,
    run: stepRuns[step.kind],
    resolver,
    retries: step.retries ?? definition.retries,
    backoff: step.backoff ?? definition.backoff,
    timeoutMs: kind.timeoutMs(config),
    computes: kind.effect === 'computes' && step.each === undefined && !resolver.needsSandbox,
    each: step.each === undefined ? null : prepareEach(step.each),
    keepsList: keepsList(step.each?.items ?? (step.kind === 'emit-each' ? String(config.items) : null)),
    iteration: null,
    secrets: secretsRead(kind, resolver),
  }
}

/** Null for none, which is nearly all. Only texts that leave may read any. */
function secretsRead(kind: StepKindDefinition, { pathsRead }: ConfigResolver): string[] | null {
  if (kind.leaves !== true) return null
  const names = pathsRead.flatMap(({ root, path }) => (root === 'secrets' && path[0] !== undefined ? [path[0]] : []))
  return names.length === 0 ? null : [...new Set(names)]
}

const noInputs: ConfigResolver = compileConfig(z.object({}), {})

/** In a test of a drawing: it reads nothing, does nothing, and answers what it was given. */
function givenStep(definition: FunctionDefinition, step: StepDefinition, kind: StepKindDefinition, { output, port }: Given): PreparedStep {
  return {
    id: step.id, definition: step, kind, resolver: noInputs,
    run: () => ({ type: 'done', output, port }),
    retries: 0, backoff: definition.backoff, timeoutMs: kind.timeoutMs(step.config), computes: true, each: null, keepsList: false, iteration: null, secrets: null,
  }
}

const eachScope = ['item', 'index']
const listSchema = z.object({ items: z.string().meta({ label: 'Items', expr: 'template' }) })

function keepsList(text: string | null): boolean {
  return text !== null && mayReadAnother(compileConfig(listSchema, { items: text }), text)
}

function prepareEach(each: NonNullable<StepDefinition['each']>): PreparedStep['each'] {
  const resolver = compileConfig(listSchema, { items: each.items })
  return {
    concurrency: each.concurrency, onError: each.onError,
    list: (scope, services) => (resolver.needsSandbox ? resolver.resolve(scope, services).then((config) => checkedItems(config.items)) : checkedItems(resolver.resolveSync(scope).items)),
  }
}
