/** A gather step names a step before it, in the same function, that emits per item. */
import { atStep, type Findings, type FrameModel } from '#graph/compile/model.ts'
import { ancestorsOf, certainBefore, sortSteps } from '#graph/compile/topology.ts'

export function checkGather(frame: FrameModel, findings: Findings): void {
  const gathering = frame.steps.filter((step) => step.kind === 'gather')
  if (gathering.length === 0) return
  const sorted = sortSteps(frame)
  const before = ancestorsOf(frame, sorted)
  const certain = certainBefore(frame, sorted)
  const fans = frame.steps.filter((step) => step.kind === 'emit-each')
  for (const step of gathering) {
    const of = String(step.config['of'] ?? '').trim()
    if (of === '') continue
    const at = atStep(frame, step, 'config.of')
    const possible = fans.filter((fan) => before.get(step.id)?.has(fan.id) === true).map((fan) => fan.key)
    const fix = possible.length === 0 ? 'Place a step that emits per item before this one.' : `Name ${possible.join(' or ')}.`
    const source = frame.steps.find((other) => other.key === of)
    if (source === undefined) findings.error(at, 'gather-unknown', `There is no step ${of} in this function.`, fix)
    else if (source.kind !== 'emit-each') findings.error(at, 'gather-not-fan-out', `${of} does not emit per item, so there is nothing to gather.`, fix)
    else if (before.get(step.id)?.has(source.id) !== true) findings.error(at, 'gather-order', `${of} does not come before this step.`, `Connect ${of} to this step, or to one before it.`)
    else if (certain !== null && certain.get(step.id)?.has(source.id) === false) findings.warning(at, 'gather-maybe-skipped', `${of} is skipped on some ways to this step; it then fails.`, `Lead only the ways through ${of} here.`)
  }
}
