/** The engine as its host sees it. Everything behind it is Postgres and src/engine. */
import type pg from 'pg'
import type { Json, JsonObject } from '#base/json.ts'
import type { EventSource } from '#engine/event-source.ts'
import type { FanOutControls } from '#engine/fan-out/steer.ts'
import type { Marks } from '#expressions/marks.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { OutgoingMail, OutgoingRequest, OutgoingResponse, StepServices } from '#steps/kind.ts'
import type { Actor } from '#engine/audit.ts'
import type { HoldControls } from '#engine/holds/control.ts'
import type { DecideAnswer } from '#engine/decide.ts'
import type { Signals } from '#engine/signals.ts'

export interface IncomingEvent {
  name: string
  data: JsonObject
  /** The sender's id: the same one within 24 h is stored once. */
  id?: string
  /** A UUID to store under: repeats of it are harmless (the SDK's seed gives these). */
  uuid?: string
  ts?: number
  v?: string
}

export interface AcceptedEvent {
  /** UUID the event is stored under; of the first one when this is a duplicate. */
  id: string
  duplicate: boolean
  /** Runs it started, 0 for a duplicate. */
  runs: number
}

export interface LiveChange {
  /** UUIDs of runs that changed, newest kept; `more` when the list was cut. */
  runs: string[]
  more: boolean
  events: boolean
  workflows: string[]
  /** UUIDs of fan-outs that moved. */
  fanOuts: string[]
}

export interface LiveHub {
  /** Coalesced to at most four calls a second. Returns the function that ends it. */
  subscribe(workspaceId: string, listener: (change: LiveChange) => void): () => void
  workflowChanged(workspaceId: string, workflowId: string): void
  runsChanged(workspaceId: string, runIds: string[]): void
  eventsChanged(workspaceId: string): void
  /** A fan-out and the run whose step it is. */
  fanOutChanged(workspaceId: string, fanOutId: string, runId: string): void
}

export interface Engine {
  readonly pool: pg.Pool
  readonly live: LiveHub
  readonly signals: Signals
  /** Starts worker and duties according to the role. */
  start(): Promise<void>
  /** Lets running steps end (a few seconds), gives everything back, closes connections. */
  stop(): Promise<void>
  /** Stores events, runs and jobs in one transaction, all or nothing. Resolves after COMMIT. */
  ingest(workspaceId: string, events: IncomingEvent[], origin: { source: EventSource; sourceRef?: string }): Promise<AcceptedEvent[]>
  /** Starts one function, whatever its triggers. */
  invoke(workspaceId: string, functionSlug: string, data: JsonObject): Promise<{ eventId: string; runId: string }>
  /**
   * Stores one event that starts exactly these function versions and nothing else: a test of a draft.
   * Draft versions are negative; what their runs emit reaches the draft's own functions.
   */
  testEvent(workspaceId: string, event: { name: string; data: JsonObject }, targets: TestTarget[]): Promise<{ eventId: string; runIds: string[] }>
  readonly holds: HoldControls
  /** A person's answer to an approval step; the first one counts. `step` is its key. */
  decide(workspaceId: string, runId: string, step: string, decision: { decision: 'approved' | 'rejected'; comment: string; by: string | null }, actor?: Actor): Promise<DecideAnswer>
  /** The run that waited for the signal and has it now; null when none does. */
  signal(workspaceId: string, signal: string, data: JsonObject, person?: { runId: string; actor: Actor }): Promise<{ runId: string } | null>
  /** False when the run had already ended. `by`: recorded as what that one did, here and for retries. */
  cancelRun(workspaceId: string, runId: string, by?: Actor): Promise<boolean>
  /** In one transaction, with what `record` writes of how many were still open; a thousand at most. Answers how many those were. */
  cancelRuns(workspaceId: string, runIds: string[], record?: (client: pg.PoolClient, cancelled: number) => Promise<void>): Promise<number>
  /** `failed`: the same run goes on from its failed step; `start`: a new run of the same version and event. */
  retryRun(workspaceId: string, runId: string, options: { from: 'failed' | 'start' }, by?: Actor): Promise<{ runId: string }>
  /** Tells the host's other processes something; small, and nobody minds if it gets lost. */
  say(topic: string, data: unknown): void
  /** Hears what they say. Returns the function that ends it. */
  hear(listener: (topic: string, data: unknown) => void): () => void
  /** After a publish: drops the cached routing table of the workspace. */
  routesChanged(workspaceId: string): void
  /** Fan-outs: how far they are, and what people do to them. */
  readonly fanOuts: FanOutControls
  /** The counters that must be 0; see invariants.ts. */
  checkInvariants(): Promise<Record<string, number>>
  /** The same as last known, for probes and scrapers: fresh where looking is quick, and older the longer it takes. */
  knownInvariants(): Promise<Record<string, number>>
  status(): EngineStatus
}

export interface TestTarget {
  functionId: string
  slug: string
  /** −revision of the draft. */
  version: number
  definition: FunctionDefinition
}

export interface EngineStatus {
  role: 'all' | 'web' | 'worker'
  workerId: string | null
  executing: number
  prefetched: number
  /** False while Postgres cannot be reached. */
  healthy: boolean
}

/** A request whose secrets and connection have been found and may go where it leads. */
export interface SecuredRequest {
  /** Where it goes: for what is asked of the service, never to be recorded. Empty when even the host must not be known. */
  url: string
  /** Its connection as a service that can be parked: `connection:CRM`. */
  service: string | null
  send(info: { idempotencyKey: string }): Promise<OutgoingResponse>
}

/** Whose console it is. A step that runs for each item has one for each of its items. */
export interface PrintedBy {
  runId: string
  step: string
  attempt: number
}

/** What the host lends the engine. Steps see it per workspace and run. */
export interface EngineServices {
  request(workspaceId: string, request: OutgoingRequest, info: { idempotencyKey: string }): Promise<OutgoingResponse>
  /** For requests that name a connection or hold marks of secrets; what is answered holds none of them. */
  secure?(workspaceId: string, request: OutgoingRequest, marks: Marks | null): Promise<SecuredRequest>
  /** As StepServices.baseAddress. */
  baseAddress?(workspaceId: string, connection: string): Promise<string | null>
  sendMail(workspaceId: string, mail: OutgoingMail, info: { runId: string; step: string }): Promise<{ messageId: string; via: 'smtp' | 'outbox' }>
  /** As StepServices.runCode. @param printed what the code wrote to its console, before the answer; not called when that is nothing */
  runCode(workspaceId: string, ...given: [...Parameters<StepServices['runCode']>, printed?: (text: string) => void]): ReturnType<StepServices['runCode']>
  /** Keeps what an attempt wrote to its console, for people: a note that nothing waits for. */
  keepPrinted?(workspaceId: string, of: PrintedBy, text: string): void
  evaluate(workspaceId: string, ...given: Parameters<StepServices['evaluate']>): ReturnType<StepServices['evaluate']>
  evaluateEach(workspaceId: string, ...given: Parameters<StepServices['evaluateEach']>): ReturnType<StepServices['evaluateEach']>
  /** Plain settings that expressions read as `env`. */
  environment(workspaceId: string): Record<string, string>
  /** Asked before a run that reads `env` begins; null when what `environment` answers is fresh. */
  refreshEnvironment?(workspaceId: string): Promise<void> | null
  /** Address of the page on which the approval step of that key is decided. */
  approvalUrl?(workspaceId: string, runId: string, step: string): string
}

export interface EngineOptions {
  connectionString: string
  role: 'all' | 'web' | 'worker'
  services: EngineServices
  leaseMs: number
  /** Runs executing at once in this process. */
  concurrency: number
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void
}

export type { EventSource, Json }
