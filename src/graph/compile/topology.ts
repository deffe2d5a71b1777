/** Order of a frame's steps: what comes before what, and what has certainly run when a step runs. */
import { portsOf } from '#graph/edit/add-node.ts'
import { byPlace, type FrameModel } from '#graph/compile/model.ts'
import type { StepNode } from '#graph/document.ts'

/** Topological, ties by place, then id. Steps on circles are left out. */
export function sortSteps(frame: FrameModel): StepNode[] {
  const waiting = new Map(frame.steps.map((step) => [step.id, new Set((frame.incoming.get(step.id) ?? []).map((edge) => edge.source)).size]))
  const byId = new Map(frame.steps.map((step) => [step.id, step]))
  const ready = frame.steps.filter((step) => waiting.get(step.id) === 0)
  const sorted: StepNode[] = []
  while (ready.length > 0) {
    const step = ready.sort(byPlace).shift()!
    sorted.push(step)
    for (const target of new Set((frame.outgoing.get(step.id) ?? []).map((edge) => edge.target))) {
      const left = waiting.get(target)! - 1
      waiting.set(target, left)
      if (left === 0) ready.push(byId.get(target)!)
    }
  }
  return sorted
}

/** For each step, the ids of all steps that end before it starts. */
export function ancestorsOf(frame: FrameModel, sorted: StepNode[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>()
  for (const step of sorted) {
    const mine = new Set<string>()
    for (const edge of frame.incoming.get(step.id) ?? []) {
      mine.add(edge.source)
      for (const id of all.get(edge.source) ?? []) mine.add(id)
    }
    all.set(step.id, mine)
  }
  return all
}

/** More ways through a function than this are not tried; then nothing is said about skipped steps. */
const waysMax = 4096

/**
 * For each step, the ids of the steps that have run in every way through the function in which
 * it runs. Found by trying every choice of every branching step. Null when there are too many.
 */
export function certainBefore(frame: FrameModel, sorted: StepNode[]): Map<string, Set<string>> | null {
  const choices = sorted.map((step) => portsOf(step))
  const ways = choices.reduce((product, ports) => product * Math.max(1, ports.length), 1)
  if (ways > waysMax) return null
  const certain = new Map<string, Set<string>>()
  for (let way = 0; way < ways; way++) {
    const done = stepsDone(frame, sorted, choices, way)
    for (const id of done) {
      const known = certain.get(id)
      certain.set(id, known === undefined ? new Set(done) : new Set([...known].filter((other) => done.has(other))))
    }
  }
  return certain
}

function stepsDone(frame: FrameModel, sorted: StepNode[], choices: string[][], way: number): Set<string> {
  const taken = new Map<string, string>()
  let rest = way
  sorted.forEach((step, index) => {
    const ports = choices[index]!
    taken.set(step.id, ports[rest % Math.max(1, ports.length)] ?? 'out')
    rest = Math.floor(rest / Math.max(1, ports.length))
  })
  const done = new Set<string>()
  for (const step of sorted) {
    const incoming = frame.incoming.get(step.id)
    if (incoming === undefined || incoming.some((edge) => done.has(edge.source) && taken.get(edge.source) === edge.port)) done.add(step.id)
  }
  return done
}
