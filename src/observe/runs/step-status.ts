import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import type { UiStatus } from '#ui/status.ts'

export function stepGlyph(step: Pick<StepView, 'status'>): UiStatus {
  return step.status === 'pending' ? 'queued' : step.status
}

/** In a test: where the output of a step comes from that was not run. */
export const givenWord: Record<NonNullable<StepView['given']>, string> = { pinned: 'pinned', stubbed: 'stubbed', earlier: 'given', example: 'example' }

export function givenText(given: NonNullable<StepView['given']>): string {
  switch (given) {
    case 'pinned': return 'Not run: its output is pinned in the drawing'
    case 'stubbed': return 'Not run: it calls outside, and this test called nobody'
    case 'earlier': return 'Not run: this test took its output of an earlier run'
    case 'example': return 'Not run: this test took a made-up output'
  }
}

/** The step a person most likely came to see. */
export function tellingStep(run: RunDetail): string | null {
  const by = (...states: StepView['status'][]) => run.steps.find((step) => states.includes(step.status))
  return (run.steps.find((step) => step.status === 'failed' && !step.handled) ?? by('retrying') ?? by('running', 'waiting', 'sleeping') ?? [...run.steps].reverse().find((step) => step.status === 'completed') ?? run.steps[0])?.id ?? null
}
