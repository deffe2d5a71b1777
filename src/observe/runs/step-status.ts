import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import type { UiStatus } from '#ui/status.ts'

export function stepGlyph(step: Pick<StepView, 'status'>): UiStatus {
  return step.status === 'pending' ? 'queued' : step.status
}

/** The step a person most likely came to see. */
export function tellingStep(run: RunDetail): string | null {
  const by = (...states: StepView['status'][]) => run.steps.find((step) => states.includes(step.status))
  return (run.steps.find((step) => step.status === 'failed' && !step.handled) ?? by('retrying') ?? by('running', 'waiting', 'sleeping') ?? [...run.steps].reverse().find((step) => step.status === 'completed') ?? run.steps[0])?.id ?? null
}
