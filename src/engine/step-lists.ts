/**
 * The list a step goes through must be the same after a crash: what is left of it comes from it. Most lists follow
 * from what is stored, and are simply read again. One that reads the clock, chance or a setting is kept when it is
 * first read, before its first item, until the step has ended (duties/sweep.ts).
 */
import type pg from 'pg'
import type { Json } from '#base/json.ts'
import type { ConfigResolver, Evaluator } from '#expressions/resolve.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Session } from '#engine/session.ts'
import { untilAnswered } from '#engine/try-again.ts'
import { stepListFind, stepListKeep } from '#engine/sql/step-list.ts'
import type { ExpressionScope } from '#steps/kind.ts'

const storedRoots = new Set(['event', 'events', 'steps'])
const storedOfRun = new Set(['id', 'function'])
/** Also ways to get at these that do not name them. */
const changing = /\b(?:Date|random|Intl|constructor|globalThis)\b|\bMath\b(?!\s*\.)/

/** @param resolver of the list alone @param text as it is drawn */
export function mayReadAnother({ pathsRead, needsSandbox }: ConfigResolver, text: string): boolean {
  if (pathsRead.some(({ root, path }) => !storedRoots.has(root) && !(root === 'run' && storedOfRun.has(path[0] ?? '')))) return true
  return needsSandbox && changing.test(text)
}

export class StepLists {
  constructor(private readonly pool: pg.Pool, private readonly session: Session) {}

  /** The list that was kept first, by whichever worker; else what `read` gives, kept now. @param again an earlier worker may have kept one */
  async keep(job: ClaimedJob, step: string, again: boolean, read: () => Json | Promise<Json>): Promise<Json> {
    const { workspace_id: workspaceId, run_id: runId } = job
    if (again) {
      const kept = await this.find(workspaceId, runId, step)
      if (kept !== undefined) return kept
    }
    const items = await read()
    // Whoever says what is wrong with it needs none of it later.
    if (!Array.isArray(items)) return items
    const { rowCount } = await untilAnswered(() => this.pool.query({ ...stepListKeep, values: [this.session.id, workspaceId, runId, step, JSON.stringify(items)] }))
    // It stands already; or the run is not ours any more, and nothing that follows is stored.
    return rowCount === 1 ? items : ((await this.find(workspaceId, runId, step)) ?? items)
  }

  private async find(workspaceId: string, runId: string, step: string): Promise<Json | undefined> {
    return (await untilAnswered(() => this.pool.query<{ items: Json }>({ ...stepListFind, values: [workspaceId, runId, step] }))).rows[0]?.items
  }
}

/** Resolves a config whose field `items` is a list that is kept. */
export function keptItems(resolver: ConfigResolver, keep: (read: () => Promise<Json>) => Promise<Json>): ConfigResolver {
  return {
    ...resolver,
    needsSandbox: true,
    async resolve(scope: ExpressionScope | object, services: Evaluator) {
      let config = resolver.raw
      const items = await keep(async () => {
        config = await resolver.resolve(scope, services)
        return config.items as Json
      })
      return { ...config, items }
    },
  }
}
