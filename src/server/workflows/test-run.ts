/**
 * A test run executes exactly the drawing its author looks at, or a part of it. It names the revision
 * on the screen; the server waits until it has that one, stores its compiled functions as versions that
 * are in no routing table, and starts those. What is published keeps running as it is.
 */
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { Json, JsonObject } from '#base/json.ts'
import type { TestTarget } from '#engine/api.ts'
import { buildTable, matchRoutes } from '#engine/match.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GivenStep } from '#graph/trial/give.ts'
import { planTrial, type TrialPlan } from '#graph/trial/plan.ts'
import { db } from '#server/db.ts'
import { getEngine } from '#server/engine.ts'
import { loadCatalog } from '#server/workflows/load-catalog.ts'
import { lockPublishing, refuseErrors, storeWaitNames } from '#server/workflows/publish.ts'
import { keepSnapshots, snapshotOf } from '#server/workflows/snapshots.ts'
import { draftAt, storeDraftVersions, storeTrialVersions, type Draft } from '#server/workflows/store-draft.ts'
import { checkOutputs, type TrialInput } from '#server/workflows/trial-input.ts'

export interface TestRunInput extends TrialInput {
  /** What the person looks at; the draft may be newer by a colleague's edit, never older. */
  revision: number
  event: { name: string; data: JsonObject }
  authorId: string | null
}

export interface TestRunStarted {
  eventId: string
  runs: { id: string; function: string }[]
  /** The revision that really runs. */
  revision: number
  /** Steps that are not run, of the functions this may start. */
  given: GivenStep[]
  /** What is good to know, in sentences. */
  notes: string[]
}

export const scheduleEventName = 'fanwise/schedule.ticked'

/**
 * Throws `invalid_graph` with the diagnostics in its facts, `conflict` when the revision does not arrive,
 * and `bad_request` with `facts.missing` when an output is needed that nobody knows.
 */
export async function testRun(workspaceId: string, workflowId: string, input: TestRunInput): Promise<TestRunStarted> {
  const engine = getEngine()
  const draft = await draftAt(workspaceId, workflowId, input.revision)
  const plan = await planOf(workspaceId, workflowId, draft, input)
  const { targets, newWaitNames } = await db().$transaction(async (tx) => {
    await lockPublishing(tx, workspaceId)
    const stored = plan.plain
      ? await storeDraftVersions(tx, workspaceId, workflowId, draft.revision, plan.functions, input.authorId)
      : await storeTrialVersions(tx, workspaceId, workflowId, plan.functions, input.authorId)
    const added = await storeWaitNames(tx, workspaceId, plan.functions)
    // Ingest looks for waiting runs only under names of its routing table.
    if (added > 0) await tx.workspace.update({ where: { id: workspaceId }, data: { routeEpoch: { increment: 1 } } })
    await keepSnapshots(tx, [snapshotOf(workspaceId, workflowId, draft, 'test', input.authorId)])
    return { targets: stored, newWaitNames: added > 0 }
  }, { timeout: 20_000 })
  if (newWaitNames) engine.routesChanged(workspaceId)
  const reacting = reactingTo(targets, input.event)
  const started = plan.target === null ? reacting : targets.filter((one) => one.slug === plan.target!.slug)
  const { eventId, runIds } = await engine.testEvent(workspaceId, input.event, started)
  return {
    eventId: publicId('evt', eventId),
    runs: runIds.map((id, i) => ({ id: publicId('run', id), function: started[i]!.slug })),
    revision: draft.revision,
    given: plan.given,
    notes: notesOn(plan, input, reacting),
  }
}

async function planOf(workspaceId: string, workflowId: string, draft: Draft, input: TestRunInput): Promise<TrialPlan> {
  const earlier: Record<string, Json> = input.outputs ?? {}
  checkOutputs(draft.document, earlier)
  const plan = planTrial(draft.document, await loadCatalog(workspaceId, workflowId, draft.document), {
    revision: draft.revision, outside: input.outside ?? 'real', earlier, examples: input.examples ?? false, reachDraft: input.reachDraft ?? false,
    ...(input.part === undefined ? {} : { part: input.part }),
  })
  if (plan === null) throw new FanwiseError('not_found', `There is no ${input.part!.mode === 'function' ? 'function' : 'step'} "${input.part!.node}" in the drawing.`, { field: 'part.node', fix: 'Choose one of the drawing.' })
  refuseErrors(plan, 'tested')
  if (input.part !== undefined && plan.target === null) throw new FanwiseError('invalid_graph', 'What starts this function is not finished.', { field: 'part.node', fix: 'Mend what is marked, then test again.' })
  refuseLoneGather(plan, input)
  refuseMissing(plan)
  return plan
}

function refuseMissing({ missing }: TrialPlan): void {
  const [first] = missing
  if (first === undefined) return
  const others = missing.length === 1 ? '' : ` Neither have ${missing.slice(1).map((one) => `\`steps.${one.key}\``).join(', ')}.`
  throw new FanwiseError('bad_request', `\`steps.${first.key}\` has no output yet.${others}`, {
    field: 'outputs', fix: 'Run from the start once, pin an output, or take an example.', facts: { missing },
  })
}

/** The results of a fan-out that is not sent cannot be waited for. */
function refuseLoneGather({ target }: TrialPlan, { part }: TestRunInput): void {
  const here = target?.steps.find((step) => step.nodeId === part?.node)
  if (here?.kind !== 'gather' || here.given !== undefined) return
  const source = target!.steps.find((step) => step.id === String(here.config['of'] ?? '').trim())
  if (source?.given === undefined) return
  throw new FanwiseError('bad_request', `${here.name} waits for what ${source.name} sends, which would not be sent.`, { field: 'part', fix: `Run from ${source.name} on.` })
}

/** The functions of the draft that the event starts, conditions included. */
function reactingTo(targets: TestTarget[], event: { name: string; data: JsonObject }): TestTarget[] {
  if (event.name === scheduleEventName) return targets.filter(({ definition }) => definition.triggers.some((trigger) => trigger.type === 'schedule'))
  const table = buildTable(0, targets.map(({ functionId: id, slug, version, definition }) => ({ id, slug, version, definition })), [])
  const started = new Set(matchRoutes(table, { id: 'test', name: event.name, data: event.data, ts: Date.now() }).map((route) => route.functionId))
  return targets.filter((target) => started.has(target.functionId))
}

function notesOn({ target, turned }: TrialPlan, { event, part }: TestRunInput, reacting: TestTarget[]): string[] {
  const notes: string[] = []
  if (part?.mode === 'function' && target !== null && !reacting.some((one) => one.slug === target.slug) && target.triggers.length > 0) {
    notes.push(isNamed(target, event.name) ? `The condition on its line would not start ${target.slug} for this data; it ran all the same.` : `${event.name} does not start ${target.slug}; it ran all the same.`)
  }
  if (turned.length > 0) notes.push(`${turned.map((key) => `steps.${key}`).join(', ')} led elsewhere; the way to this step was taken all the same.`)
  return notes
}

function isNamed({ triggers }: FunctionDefinition, name: string): boolean {
  return triggers.some((trigger) => trigger.type === 'event' && (trigger.event === name || (trigger.event.endsWith('*') && name.startsWith(trigger.event.slice(0, -1)))))
}
