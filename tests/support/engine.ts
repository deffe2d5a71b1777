/** A real engine on a database of its own; the world outside is what the test says. */
import type { EngineOptions, Engine, EngineServices } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import { createSandboxPool } from '#expressions/sandbox/pool.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'

export interface TestEngine {
  engine: Engine
  database: TestDatabase
  stop(): Promise<void>
}

/** Steps that call out get 200 and `{}` unless the test gives its own services. */
export async function startTestEngine(options: Partial<Omit<EngineOptions, 'services'>> & { services?: Partial<EngineServices>; database?: TestDatabase } = {}): Promise<TestEngine> {
  const database = options.database ?? (await createTestDatabase())
  const sandbox = createSandboxPool({ size: 1 })
  const engine = createEngine({
    role: 'all', leaseMs: 15_000, concurrency: 100,
    log: (level, message, facts) => (level === 'error' ? console.error(message, facts) : undefined),
    ...options,
    connectionString: database.url,
    services: {
      request: async () => ({ status: 200, headers: {}, body: '{}' }),
      sendMail: async () => ({ messageId: 'm', via: 'outbox' }),
      runCode: (workspace, code, scope, limits, printed) => sandbox.runCode(code, scope, limits, printed, workspace),
      evaluate: (workspace, expressions, scope) => sandbox.evaluate(expressions, scope, workspace),
      evaluateEach: (workspace, expressions, scope, items) => sandbox.evaluateEach(expressions, scope, items, workspace),
      environment: () => ({}),
      ...options.services,
    },
  })
  await engine.start()
  return {
    engine, database,
    async stop() {
      await engine.stop()
      await sandbox.close()
      if (options.database === undefined) await database.drop()
    },
  }
}

/** Resolves when `count` runs of the workspace have ended, counting from this call. */
export function endedRuns(engine: Engine, workspace: string, count: number): Promise<Map<string, string>> {
  return new Promise((resolve) => {
    const ended = new Map<string, string>()
    if (count === 0) return resolve(ended)
    const off = engine.signals.on('run.ended', ({ workspaceId, runId, status }) => {
      if (workspaceId !== workspace) return
      ended.set(runId, status)
      if (ended.size < count) return
      off()
      resolve(ended)
    })
  })
}
