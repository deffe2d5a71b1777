/** What steps send and call: names, known functions, and circles that would send for ever. */
import { eventNameProblem } from '#graph/compile/event-names.ts'
import { atStep, type Findings, type FrameModel, type Model } from '#graph/compile/model.ts'
import { settledEvent } from '#graph/definition.ts'
import type { StepNode } from '#graph/document.ts'
import { awaitedEvent, calledFunction, emittedEvent, matchesEvent } from '#graph/links.ts'

export function checkSends(model: Model, findings: Findings): void {
  const known = new Set([...model.frames.map((frame) => frame.node.slug), ...model.catalog.functionsElsewhere.map((one) => one.slug)])
  for (const frame of model.frames) {
    for (const step of frame.steps) checkStep(frame, step, known, findings)
  }
  checkLoops(model, findings)
}

function checkStep(frame: FrameModel, step: StepNode, known: Set<string>, findings: Findings): void {
  const emitted = emittedEvent(step)
  const problem = emitted === null ? null : eventNameProblem(emitted, 'send')
  // The schema of the step already speaks of names that are empty, spaced or have a star.
  if (problem !== null && /reserved|long/.test(problem.code)) findings.error(atStep(frame, step, 'config.event'), problem.code, problem.message, problem.fix)
  const awaited = awaitedEvent(step)
  const waitProblem = awaited === null ? null : eventNameProblem(awaited, 'trigger')
  if (waitProblem?.code === 'event-name-reserved') findings.error(atStep(frame, step, 'config.event'), waitProblem.code, waitProblem.message, waitProblem.fix)
  const called = calledFunction(step)
  if (called !== null && !known.has(called)) {
    findings.error(atStep(frame, step, 'config.function'), 'function-unknown', `There is no function named \`${called}\`.`, 'Choose one of this workflow, or publish the workflow that has it first.')
  }
}

interface Link {
  to: string
  how: string
  stepId: string | null
}

/** Follows emits and calls from each function; a way back to it is reported once, at the step it starts with. */
function checkLoops(model: Model, findings: Findings): void {
  const links = linksOf(model)
  const reported = new Set<string>()
  for (const frame of model.frames) {
    const slug = frame.node.slug
    if (reported.has(slug)) continue
    const chain = wayBack(links, slug)
    if (chain === null) continue
    for (const link of chain) reported.add(link.to)
    const words = chain.map((link, i) => `${i === 0 ? `\`${slug}\`` : 'which'} ${link.how} \`${link.to}\`${i === chain.length - 1 ? ' again' : ''}`)
    const step = frame.steps.find((one) => one.id === chain[0]!.stepId)
    if (step !== undefined) findings.warning(atStep(frame, step), 'emit-loop', `${words.join(', ')}. This may go on for ever.`, 'Make sure that a condition ends it, or send another event.')
  }
}

function linksOf(model: Model): Map<string, Link[]> {
  const triggers = [
    ...model.frames.map((frame) => ({ slug: frame.node.slug, events: frame.subscriptions.flatMap(({ source }) => (source.type === 'event' ? [source.event] : [])) })),
    ...model.catalog.functionsElsewhere,
  ]
  const reactions = (name: string) => triggers.filter((one) => one.events.some((event) => matchesEvent(event, name))).map((one) => one.slug)
  const links = new Map<string, Link[]>()
  const add = (from: string, link: Link) => links.set(from, [...(links.get(from) ?? []), link])
  for (const frame of model.frames) {
    for (const step of frame.steps) {
      const name = emittedEvent(step)
      if (name !== null) for (const to of reactions(name)) add(frame.node.slug, { to, how: `sends \`${name}\`, which starts`, stepId: step.id })
      // A name of its own is sent for each list, however it ends; who reacts to it and sends a list begins anew.
      if (step.kind === 'emit-each') for (const to of reactions(settledEvent)) add(frame.node.slug, { to, how: `fans out, and \`${settledEvent}\` starts`, stepId: step.id })
      const called = calledFunction(step)
      if (called !== null) add(frame.node.slug, { to: called, how: 'calls', stepId: step.id })
    }
  }
  for (const one of model.catalog.functionsElsewhere) {
    for (const name of one.emits ?? []) for (const to of reactions(name)) add(one.slug, { to, how: `sends \`${name}\`, which starts`, stepId: null })
  }
  return links
}

/** The shortest way from a function back to itself, or null. */
function wayBack(links: Map<string, Link[]>, slug: string): Link[] | null {
  const open: Link[][] = (links.get(slug) ?? []).map((link) => [link])
  const seen = new Set<string>()
  for (let chain = open.shift(); chain !== undefined; chain = open.shift()) {
    const at = chain.at(-1)!.to
    if (at === slug) return chain
    if (seen.has(at)) continue
    seen.add(at)
    for (const link of links.get(at) ?? []) open.push([...chain, link])
  }
  return null
}
