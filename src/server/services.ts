/** What the engine may use of the world: the guarded client, mail, the sandbox, plain settings. */
import type { Engine, EngineServices } from '#engine/api.ts'
import { createSandboxPool } from '#expressions/sandbox/pool.ts'
import { handlePlayground } from '#playground/handle.ts'
import type { AlertContext } from '#server/alerts/send-alerts.ts'
import { approvalUrl } from '#server/approvals/link.ts'
import { installationCipher } from '#server/connections/cipher.ts'
import { vaultTopic, type ConnectionsContext } from '#server/connections/context.ts'
import { Sender } from '#server/connections/sender.ts'
import { Vault } from '#server/connections/vault.ts'
import type { Env } from '#server/env.ts'
import { createHttpClient } from '#server/outgoing/http-client.ts'
import { createMailer } from '#server/outgoing/mail.ts'
import { storeOutboxMail } from '#server/outbox/store.ts'
import type { Role } from '#server/workspaces/roles.ts'
import { ConsoleNotes } from '#server/runs/console.ts'
import { setTrySandbox, tryMs } from '#server/try-sandbox.ts'

export interface Services {
  engine: EngineServices
  /** Connections, secrets and settings of workspaces. */
  connections: ConnectionsContext
  /** Mail of Fanwise itself, from no run. */
  sendMail: AlertContext['sendMail']
  /** Playground and Outbox keep their rows in the engine's database. */
  attach(engine: Engine): void
  close(): Promise<void>
}

interface Caller {
  workspaceId: string
  idempotencyKey?: string
  runId?: string
  step?: string
  leastRole?: Role
}

export function createServices(env: Env, publicUrl: string): Services {
  let engine: Engine | undefined
  const pool = () => engine!.pool
  const notes = new ConsoleNotes(pool, (workspaceId, runId) => engine!.live.runsChanged(workspaceId, [runId]))
  const sandbox = createSandboxPool({ size: env.FANWISE_SANDBOX_THREADS })
  // Starts its thread when somebody tries the first field.
  const tries = createSandboxPool({ size: 1, expressionTimeoutMs: tryMs, memoryMb: 32 })
  setTrySandbox(tries.evaluate)
  const http = createHttpClient<Caller>({
    allow: env.FANWISE_EGRESS_ALLOW,
    playground: ({ service, ...request }, caller) => handlePlayground(pool(), caller.workspaceId, service, { ...request, idempotencyKey: caller.idempotencyKey }),
  })
  const mailer = createMailer<Caller>({
    smtpUrl: env.FANWISE_SMTP_URL,
    from: env.FANWISE_MAIL_FROM,
    outbox: (mail, { workspaceId, runId, step, leastRole }) => storeOutboxMail(pool(), workspaceId, mail, { runId, step, leastRole }),
  })
  const cipher = installationCipher(env.FANWISE_SECRET_BEFORE)
  const vault = new Vault(pool, cipher, { FANWISE_URL: publicUrl })
  const sender = new Sender(vault, (request, workspaceId, info) => http.request(request, { workspaceId, ...info }))
  return {
    connections: { cipher, vault, sender },
    engine: {
      request: (workspaceId, request, info) => http.request(request, { workspaceId, ...info }),
      sendMail: (workspaceId, mail, info) => mailer.send(mail, { workspaceId, ...info }),
      runCode: (workspaceId, code, scope, limits, printed) => sandbox.runCode(code, scope, limits, printed, workspaceId),
      keepPrinted: (workspaceId, of, text) => notes.keep(workspaceId, of, text),
      evaluate: (workspaceId, expressions, scope) => sandbox.evaluate(expressions, scope, workspaceId),
      evaluateEach: (workspaceId, expressions, scope, items) => sandbox.evaluateEach(expressions, scope, items, workspaceId),
      environment: (workspaceId) => vault.environment(workspaceId),
      refreshEnvironment: (workspaceId) => vault.refresh(workspaceId),
      secure: (workspaceId, request, marks) => sender.secure(workspaceId, request, marks),
      baseAddress: (workspaceId, connection) => sender.baseAddress(workspaceId, connection),
      approvalUrl: (workspaceId, runId, step) => approvalUrl(publicUrl, { workspaceId, runId, step }),
    },
    sendMail: (workspaceId, mail, leastRole) => mailer.send(mail, { workspaceId, leastRole }),
    attach(value) {
      engine = value
      value.hear((topic, data) => {
        if (topic === vaultTopic) vault.forget(String(data))
      })
    },
    async close() {
      await http.close()
      mailer.close()
      setTrySandbox(undefined)
      await Promise.all([sandbox.close(), tries.close()])
    },
  }
}
