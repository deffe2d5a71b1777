/** Reads of other steps and of the event: known, earlier, certain to have run, and in the sample. */
import type { Catalog } from '#graph/compile/catalog.ts'
import { checkSecretRead, checkSettingRead } from '#graph/compile/check-values.ts'
import type { CheckedConfig } from '#graph/compile/check-config.ts'
import { checkPresence, knownEvents, type KnownEvents } from '#graph/compile/check-samples.ts'
import { atStep, type Findings, type FrameModel } from '#graph/compile/model.ts'
import type { Read } from '#graph/compile/reads.ts'
import { ancestorsOf, certainBefore, sortSteps } from '#graph/compile/topology.ts'
import type { StepNode } from '#graph/document.ts'

const eventFields = ['id', 'name', 'data', 'ts', 'v']
const runFields = ['id', 'attempt', 'function']

export function checkReferences(frame: FrameModel, catalog: Catalog, configs: ReadonlyMap<string, CheckedConfig>, findings: Findings): void {
  const sorted = sortSteps(frame)
  const place = { ancestors: ancestorsOf(frame, sorted), certain: certainBefore(frame, sorted), byKey: new Map(frame.steps.map((step) => [step.key, step])) }
  const known = knownEvents(frame, catalog)
  for (const step of frame.steps) {
    const said = new Set<string>()
    for (const { field, read } of configs.get(step.id)?.reads ?? []) {
      const key = `${field} ${read.root} ${read.path.join('.')} ${read.optional}`
      if (said.has(key)) continue
      said.add(key)
      if (read.root === 'steps') checkStepRead(frame, step, field, read, place, findings)
      else if (read.root === 'event') checkEventRead(frame, step, field, read, known, findings)
      else if (read.root === 'events') checkEventsRead(frame, step, field, findings)
      else if (read.root === 'run') checkRunRead(frame, step, field, read, findings)
      else if (read.root === 'approvals') checkApprovalRead(frame, step, field, read, findings)
      else if (read.root === 'secrets') checkSecretRead(frame, step, field, read, catalog, findings)
      else if (read.root === 'env') checkSettingRead(frame, step, field, read, catalog, findings)
    }
  }
}

interface Place {
  ancestors: Map<string, Set<string>>
  certain: Map<string, Set<string>> | null
  byKey: Map<string, StepNode>
}

function checkStepRead(frame: FrameModel, step: StepNode, field: string, read: Read, place: Place, findings: Findings): void {
  const key = read.path[0]
  const mine = place.ancestors.get(step.id)
  if (key === undefined || mine === undefined) return
  const at = atStep(frame, step, field)
  const other = place.byKey.get(key)
  const earlier = frame.steps.filter((one) => mine.has(one.id)).map((one) => `steps.${one.key}`)
  const instead = earlier.length === 0 ? 'No step comes before this one; read event.data.' : `Steps that come before: ${earlier.join(', ')}.`
  if (other === undefined) return findings.error(at, 'step-unknown', `No step of this function has the key \`${key}\`.`, instead)
  if (other.id === step.id) return findings.error(at, 'step-reads-itself', 'A step cannot read its own output.', instead)
  if (!mine.has(other.id)) return findings.error(at, 'step-not-before', `"${other.name}" does not come before this step, so its output is not there yet.`, `Connect it so that it runs first. ${instead}`)
  if (read.optional || place.certain === null || place.certain.get(step.id)?.has(other.id) !== false) return
  const rest = read.path.slice(1).join('.')
  findings.warning(at, 'step-maybe-skipped', `"${other.name}" is skipped on one of the ways to this step.`, `Write steps.${key}?.${rest === '' ? '…' : rest} and give it a fallback.`)
}

function checkEventRead(frame: FrameModel, step: StepNode, field: string, read: Read, known: KnownEvents, findings: Findings): void {
  const [top, ...path] = read.path
  const at = atStep(frame, step, field)
  if (top !== undefined && !eventFields.includes(top)) {
    return findings.error(at, 'event-field-unknown', `An event has no \`${top}\`.`, `What the sender gave is under data: event.data.${[top, ...path].join('.')}.`)
  }
  if (top !== 'data' || read.optional || path.length === 0) return
  checkPresence(at, path, known, findings)
}

function checkEventsRead(frame: FrameModel, step: StepNode, field: string, findings: Findings): void {
  if (frame.node.batch !== undefined) return
  findings.error(atStep(frame, step, field), 'events-without-batch', '`events` is there only in a function that collects events into batches.', 'Read `event`, or set a batch for this function.')
}

function checkRunRead(frame: FrameModel, step: StepNode, field: string, read: Read, findings: Findings): void {
  const top = read.path[0]
  if (top === undefined || runFields.includes(top)) return
  findings.error(atStep(frame, step, field), 'run-field-unknown', `A run has no \`${top}\`.`, `It has ${runFields.map((name) => `run.${name}`).join(', ')}.`)
}

/** The address is known from the start, so the approval may come later, which is what a mail before it needs. */
function checkApprovalRead(frame: FrameModel, step: StepNode, field: string, read: Read, findings: Findings): void {
  const asking = frame.steps.filter((one) => one.kind === 'approval').map((one) => one.key)
  if (read.path[0] === undefined || asking.includes(read.path[0])) return
  const fix = asking.length === 0 ? 'Add an Ask for approval step to this function.' : `Write ${asking.map((key) => `approvals.${key}`).join(' or ')}.`
  findings.error(atStep(frame, step, field), 'approval-unknown', `No approval step of this function has the key \`${read.path[0]}\`.`, fix)
}
