/** For tests of kinds: resolves a config as the engine does and runs the step on it. */
import { getQuickJS } from 'quickjs-emscripten'
import { FanwiseError } from '#base/errors.ts'
import type { Json, JsonObject } from '#base/json.ts'
import { compileConfig } from '#expressions/resolve.ts'
import { runJob } from '#expressions/sandbox/guest.ts'
import { eachJob, evaluateJob } from '#expressions/sandbox/job.ts'
import { MemoryBound } from '#expressions/sandbox/memory.ts'
import { Room } from '#expressions/sandbox/room.ts'
import type { SandboxJob } from '#expressions/sandbox/protocol.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { ExpressionScope, OutgoingMail, OutgoingRequest, OutgoingResponse, StepContext, StepKind, StepOutcome, StepServices } from '#steps/kind.ts'
import { stepRun } from '#steps/runs.ts'

export interface Sent {
  requests: OutgoingRequest[]
  mails: OutgoingMail[]
  evaluated: string[][]
}

export interface Given {
  data?: JsonObject
  steps?: Record<string, Json>
  answer?: Partial<OutgoingResponse>
  services?: Partial<StepServices>
}

/** Runs one attempt of a kind. Expressions that need the sandbox are evaluated in this thread. */
export async function runStep(kind: StepKind, config: JsonObject, given: Given = {}): Promise<{ outcome: StepOutcome; sent: Sent; sync: boolean }> {
  const sent: Sent = { requests: [], mails: [], evaluated: [] }
  const scope: ExpressionScope = {
    event: { id: 'evt_1', name: 'user/account.created', data: given.data ?? {}, ts: 1 }, steps: given.steps ?? {}, run: { id: 'run_1', attempt: 1, function: 'welcome' }, env: {},
  }
  const services = { ...testServices(sent, given.answer), ...given.services }
  const resolver = compileConfig(stepDefinition(kind).config, config)
  const resolved = resolver.needsSandbox ? await resolver.resolve(scope, services) : resolver.resolveSync(scope)
  const context: StepContext = { config: resolved, rawConfig: resolver.raw, scope, idempotencyKey: 'run_1.step', attempt: 1, signal: new AbortController().signal, services }
  const answered = stepRun(kind)(context)
  const sync = !(answered instanceof Promise)
  return { outcome: await answered, sent, sync }
}

function testServices(sent: Sent, answer: Partial<OutgoingResponse> = {}): StepServices {
  return {
    async request(request) {
      sent.requests.push(request)
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}', ...answer }
    },
    async sendMail(mail) {
      sent.mails.push(mail)
      return { messageId: 'm1', via: 'outbox' }
    },
    runCode: async (code) => `ran ${code.trim()}`,
    async evaluate(expressions, scope) {
      sent.evaluated.push(expressions)
      return (await guest(evaluateJob(expressions, scope, limits))) as Json[]
    },
    async evaluateEach(expressions, scope, items) {
      sent.evaluated.push(expressions)
      return (await guest(eachJob(expressions, scope, items, 0, limits))) as Json[][]
    },
  }
}

const limits = { timeoutMs: 2000, memoryMb: 64 }
let room: { room: Room; memory: MemoryBound } | undefined

async function guest(job: SandboxJob): Promise<Json> {
  const quickjs = await getQuickJS()
  const answer = runJob((room ??= { room: new Room(quickjs), memory: new MemoryBound(quickjs) }).room, room.memory, job)
  if (!answer.ok) throw new FanwiseError(answer.fault.code, answer.fault.message)
  return JSON.parse(answer.output) as Json
}
