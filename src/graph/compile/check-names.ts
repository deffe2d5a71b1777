/** Slugs of functions and keys of steps: present, well formed, and one of a kind. */
import { isReservedKey, slugMax, slugPattern, stepKeyMax, stepKeyPattern, toSlug, toStepKey } from '#graph/edit/names.ts'
import { atFrame, atStep, type Findings, type FrameModel, type Model } from '#graph/compile/model.ts'

export function checkNames(model: Model, findings: Findings): void {
  const elsewhere = new Map(model.catalog.functionsElsewhere.map((one) => [one.slug, one.workflow]))
  const slugs = countBy(model.frames.map((frame) => frame.node.slug))
  for (const frame of model.frames) {
    checkSlug(frame, slugs, elsewhere, findings)
    checkKeys(frame, findings)
  }
}

function checkSlug(frame: FrameModel, slugs: Map<string, number>, elsewhere: Map<string, string>, findings: Findings): void {
  const { slug } = frame.node
  const at = atFrame(frame, 'slug')
  if (slug.trim() === '') return findings.error(at, 'slug-missing', 'The function has no name.', 'Give it a short one such as send-welcome-email.')
  if (!slugPattern.test(slug) || slug.length > slugMax) {
    return findings.error(at, 'slug-invalid', `\`${slug}\` cannot be a function's name.`, `Use small letters, digits and single hyphens, at most ${slugMax} characters: ${toSlug(slug)}.`)
  }
  if ((slugs.get(slug) ?? 0) > 1) return findings.error(at, 'slug-duplicate', `Two functions here are named \`${slug}\`.`, 'Rename one of them.')
  const workflow = elsewhere.get(slug)
  if (workflow !== undefined) findings.error(at, 'slug-taken', `The workflow \`${workflow}\` already has a function named \`${slug}\`.`, 'Choose another name, or remove the other one and publish that workflow first.')
}

function checkKeys(frame: FrameModel, findings: Findings): void {
  const keys = countBy(frame.steps.map((step) => step.key))
  for (const step of frame.steps) {
    const at = atStep(frame, step, 'key')
    if (!stepKeyPattern.test(step.key) || step.key.length > stepKeyMax) {
      findings.error(at, 'step-key-invalid', `\`${step.key}\` cannot be a step's key.`, `Use letters, digits and _, not starting with a digit: ${toStepKey(step.key || step.name)}.`)
    } else if (isReservedKey(step.key)) {
      findings.error(at, 'step-key-reserved', `\`${step.key}\` is a name JavaScript keeps for itself.`, `Choose another, such as ${toStepKey(step.key)}.`)
    } else if ((keys.get(step.key) ?? 0) > 1) {
      findings.error(at, 'step-key-duplicate', `Two steps of this function have the key \`${step.key}\`.`, 'Give one of them another key.')
    }
  }
}

function countBy(names: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
