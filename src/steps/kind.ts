/**
 * The contract of a step kind. A kind is one folder with `definition.ts` (browser and server)
 * and `run.ts` (engine only), plus one line in each registry: definitions.ts, runs.ts, forms.ts.
 * Kinds import nothing of the graph, the engine or each other.
 */
import type { z } from 'zod'
import type { Json, JsonObject } from '#base/json.ts'

export const stepKinds = [
  'http', 'mail', 'transform', 'code', 'condition', 'sleep', 'wait', 'invoke', 'emit', 'emit-each', 'gather', 'approval', 'signal',
] as const
export type StepKind = (typeof stepKinds)[number]

/**
 * How a config field is read and edited. Given as zod metadata: `z.string().meta(field({ … }))`.
 * `expr` says what its text is:
 * - `template`: text with `{{ expression }}` parts; a lone `{{ }}` keeps the value's type
 * - `json`: JSON text whose `{{ }}` parts stand for values (outside quotes) or text (inside)
 * - `expression`: a JavaScript expression without braces
 * - `cel`: a CEL condition; `code`: TypeScript; absent: plain text, used as it is
 */
export interface FieldMeta {
  label: string
  help?: string
  placeholder?: string
  expr?: 'template' | 'json' | 'expression' | 'cel' | 'code'
  /** Extra names in scope beside event, steps, run, env: e.g. ["item", "index"]. Implies `lazy`. */
  scope?: string[]
  /** The kind resolves this field itself while it runs; in `context.config` it stays as drawn. */
  lazy?: boolean
  /** What its value has to be; the field says so when it is something else. */
  wants?: 'list'
  /** How values put into the text are escaped; a lone `{{ }}` is taken as it is. */
  escape?: 'html' | 'url'
  /** Control when the default for the schema type is not right. */
  control?: 'text' | 'multiline' | 'code' | 'json' | 'duration' | 'event-name' | 'function-slug' | 'fan-out' | 'connection' | 'select' | 'pairs' | 'cases' | 'same-value' | 'hidden'
  /** Text for enum values. */
  options?: Record<string, string>
  /** Field is shown only when another field has one of these values. */
  when?: { field: string; in: (string | number | boolean)[] }
  /** A duration field's bounds in milliseconds, for the form and the compiler. */
  minMs?: number
  maxMs?: number
}

export interface Port {
  id: string
  label: string
}

export interface StepKindDefinition<C = any> {
  kind: StepKind
  /** "HTTP request" */
  label: string
  /** One sentence for the palette and ⌘K. */
  blurb: string
  /** Name of a @tabler/icons-react icon, e.g. "IconWorld". */
  icon: string
  group: 'steps' | 'flow' | 'sends'
  config: z.ZodType<C>
  /** Config of a newly dropped step: compiles unless a person must fill something in. */
  initial(): C
  /** What else of the config changes when a person gives a field a value: one edit, one undo. */
  along?(config: C, field: string, value: Json | undefined): Partial<C>
  /** Ways out. One port `out` unless the kind branches. */
  ports(config: C): Port[]
  /** Second line on the ticket: "HTTP GET", "14 days", "digest/weekly.send". */
  describe(config: C): string
  /**
   * `outside` = touches the world, so it runs at least once and gets an idempotency key. `computes` = its output follows
   * from what it reads and nothing else happens, so the steps behind it need not wait until it is recorded.
   */
  effect: 'none' | 'outside' | 'computes'
  /** Whole attempt, milliseconds. */
  timeoutMs(config: C): number
  /** False when the input can be shown again from event and outputs, so it is not stored. */
  recordsInput: boolean
  /** Event name this step sends, for derived links. */
  emits?(config: C): string | null
  /** Event name this step waits for. */
  waitsFor?(config: C): string | null
  /** Slug of the function it calls. */
  calls?(config: C): string | null
  /** Name of the connection it signs in with. */
  connection?(config: C): string | null
  /** It draws only a path; the connection's base address is what it calls. */
  belowBase?(config: C): boolean
  /** Fields that hold what gives access. */
  secretFields?(config: C): string[]
  /** Its texts leave for outside, so they may hold `secrets`. */
  leaves?: true
  /** Whom outside this installation it calls, in words; null when what is drawn stays inside. Absent: nobody. */
  reaches?(config: C): string | null
  /** What it may answer, for tests that do not run it; `port` is the way out. Absent: null. */
  example?(config: C, port: string): Json
  /** The way out that such an output left by; null when the output does not say. Absent: the first. */
  exit?(output: Json, config: C): string | null
}

export interface EmitItem {
  name: string
  data: JsonObject
  /** Sender's id: the same id within 24 h is stored once. */
  id?: string
  /** When its runs start: at a moment, or so long after it is sent. Absent: at once. */
  starts?: { atMs: number } | { inMs: number }
}

/** The closed set of what a step may answer. Anything else is an error thrown as FanwiseError. */
export type StepOutcome =
  | { type: 'done'; output: Json; port?: string; input?: Json }
  | { type: 'emit'; events: EmitItem[]; input?: Json }
  /** Items are made when their chunk is written: `make(i)` for 0 ≤ i < count, pure and repeatable. */
  | {
      type: 'emit-each'; event: string; count: number; make(index: number): EmitItem
      /** Items that go first; the others follow when their runs have succeeded. */
      canary?: number
      /** Share of failed runs (0–1) above which the fan-out stops by itself. */
      stopShare?: number
    }
  | { type: 'sleep'; ms: number }
  | { type: 'sleep-until'; at: string }
  | { type: 'wait'; event: string; condition?: string; timeoutMs: number; lookBack: boolean }
  | { type: 'invoke'; function: string; data: JsonObject; timeoutMs: number }
  /** Until somebody outside sends the signal of this name. */
  | { type: 'signal'; signal: string; timeoutMs: number; input?: Json }
  /** Until a person decides; leaves by `approved`, `rejected` or `timeout`. */
  | { type: 'approval'; title: string; message: string; timeoutMs: number }
  /** Until the fan-out of that step has settled; the output has its counts and a page of its results. */
  | { type: 'gather'; step: string; offset: number; limit: number; only: 'all' | 'completed' | 'failed'; timeoutMs: number }

/** What expressions can read. `env` holds plain settings; secrets are resolved only in fields that leave. */
export interface ExpressionScope {
  event: { id: string; name: string; data: Json; ts: number; v?: string }
  /** All events of a batched run, in order; `event` is the first. */
  events?: { id: string; name: string; data: Json; ts: number; v?: string }[]
  /** Output of each finished step under its key. */
  steps: Record<string, Json>
  run: { id: string; attempt: number; function: string }
  env: Record<string, string>
  /** Marks that stand for secrets (#expressions/marks), only in steps whose texts leave and that read them. */
  secrets?: Record<string, string>
  /** Address of the page of each approval step, under its key; known before it asks. */
  approvals?: Record<string, string>
  /** Of a step that runs for each item of a list. */
  item?: Json
  index?: number
}

export interface OutgoingRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
  timeoutMs: number
  signal: AbortSignal
  /** A redirect to another host is refused: the body, too, would go there. */
  stayOnOrigin?: boolean
  /** What gives access and is put in only when the request leaves. */
  credentials?: {
    /** Name of a connection of the workspace. */
    connection?: string
    /** How the body is written, for secrets in it. */
    body?: 'json' | 'form' | 'text'
  }
}

export interface OutgoingResponse {
  status: number
  headers: Record<string, string>
  /** Body text, at most 4 MB; more is a step_limit error. */
  body: string
}

export interface OutgoingMail {
  from?: string
  to: string
  subject: string
  html?: string
  text?: string
}

/** What the world offers a step. Given by the engine's host, so kinds stay free of transport. */
export interface StepServices {
  /** The one guarded client for everything that leaves; `playground://` stays inside. */
  request(request: OutgoingRequest): Promise<OutgoingResponse>
  sendMail(mail: OutgoingMail): Promise<{ messageId: string; via: 'smtp' | 'outbox' }>
  /** Base address of a connection, for steps that draw only a path; null when it has none. Throws when there is no such connection. */
  baseAddress?(connection: string): Promise<string | null>
  /** Runs TypeScript in the sandbox: `code` is the body of `async (input) => …` over `event`, `steps`, `run`, `env`. */
  runCode(code: string, scope: ExpressionScope, limits: { timeoutMs: number; memoryMb: number }): Promise<Json>
  /** Evaluates many JavaScript expressions over one scope in the sandbox, one call. */
  evaluate(expressions: string[], scope: Record<string, unknown>): Promise<Json[]>
  /** One expression per item, for emit-each with expressions that need the sandbox. */
  evaluateEach(expressions: string[], scope: Record<string, unknown>, items: Json[]): Promise<Json[][]>
}

export interface StepContext<C = any> {
  /** Config with every template and expression replaced by its value. `cel` and `code` stay text. */
  config: C
  /** The config as drawn, for kinds that resolve parts themselves (emit-each). */
  rawConfig: C
  scope: ExpressionScope
  /** `<run id>.<step>`: the same for every attempt, new for a rerun. */
  idempotencyKey: string
  /** 1-based. */
  attempt: number
  /** Aborted at the step's timeout or when the lease is lost. */
  signal: AbortSignal
  services: StepServices
}

/** May answer synchronously: the hot path then costs no promise. */
export type StepRun<C = any> = (context: StepContext<C>) => StepOutcome | Promise<StepOutcome>
