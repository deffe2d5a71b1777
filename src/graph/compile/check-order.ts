/** Steps and their order inside each frame: known ways out, no circles, nothing unreachable. */
import { portsOf } from '#graph/edit/add-node.ts'
import { atFrame, atStep, own, type Findings, type FrameModel, type Model } from '#graph/compile/model.ts'

export function checkOrder(model: Model, findings: Findings): void {
  for (const edge of model.stray) {
    const source = own(model.document.nodes, edge.source)!
    const frame = model.frames.find((one) => source.type === 'step' && one.node.id === source.parent)
    findings.error({ nodeId: edge.source, function: frame?.node.slug }, 'order-leaves-function', 'A line leads from this step to something outside its function.', 'Remove the line. To start another function, emit an event that it reacts to.')
  }
  for (const frame of model.frames) checkFrame(frame, findings)
}

function checkFrame(frame: FrameModel, findings: Findings): void {
  if (frame.steps.length === 0) findings.error(atFrame(frame), 'function-without-steps', 'The function has no steps.', 'Add at least one step to it.')
  const portless = checkPorts(frame, findings)
  const circle = stepsInCircles(frame)
  for (const step of frame.steps) {
    if (circle.has(step.id)) findings.error(atStep(frame, step), 'step-circle', `"${step.name}" comes before itself.`, 'Remove one line of the circle. To repeat work, emit an event.')
  }
  const reached = reachable(frame, portless)
  for (const step of frame.steps) {
    if (!reached.has(step.id) && !circle.has(step.id)) findings.error(atStep(frame, step), 'step-unreachable', `"${step.name}" can never run: no line leads to it from a first step.`, 'Connect it to a step that runs, or remove it.')
  }
  if (frame.orders.length > 0 && frame.steps.length > 2) {
    for (const step of frame.steps) {
      if (frame.incoming.has(step.id) || frame.outgoing.has(step.id)) continue
      findings.warning(atStep(frame, step), 'step-unconnected', `"${step.name}" is not connected, so it starts at once, beside the first step.`, 'Connect it to the step it should follow.')
    }
  }
}

/** Ids of edges that leave by a way out the step does not have. */
function checkPorts(frame: FrameModel, findings: Findings): Set<string> {
  const bad = new Set<string>()
  for (const step of frame.steps) {
    const ports = portsOf(step)
    const seen = new Set<string>()
    for (const edge of frame.outgoing.get(step.id) ?? []) {
      if (!ports.includes(edge.port)) {
        bad.add(edge.id)
        if (edge.port === 'error') {
          findings.error(atStep(frame, step, 'onError'), 'error-port-unused', `A line leaves "${step.name}" by \`error\`, but its failure has no branch of its own.`, 'Choose "own branch" under "If it fails", or remove the line.')
        } else findings.error(atStep(frame, step), 'port-unknown', `A line leaves "${step.name}" by \`${edge.port}\`, which it does not have.`, `Remove the line and draw it again from ${ports.map((port) => `\`${port}\``).join(' or ')}.`)
      }
      const twice = `${edge.port}>${edge.target}`
      if (seen.has(twice)) findings.warning(atStep(frame, step), 'order-duplicate', `Two lines lead from "${step.name}" to the same step.`, 'Remove one of them.')
      seen.add(twice)
    }
  }
  return bad
}

/** Steps from which following the lines leads back to them. */
export function stepsInCircles(frame: FrameModel): Set<string> {
  const circle = new Set<string>()
  for (const step of frame.steps) {
    const seen = new Set<string>()
    const open = [step.id]
    for (let id = open.pop(); id !== undefined && !circle.has(step.id); id = open.pop()) {
      for (const edge of frame.outgoing.get(id) ?? []) {
        if (edge.target === step.id) circle.add(step.id)
        if (seen.has(edge.target)) continue
        seen.add(edge.target)
        open.push(edge.target)
      }
    }
  }
  return circle
}

function reachable(frame: FrameModel, portless: Set<string>): Set<string> {
  const open = frame.steps.filter((step) => !frame.incoming.has(step.id)).map((step) => step.id)
  const seen = new Set(open)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const edge of frame.outgoing.get(id) ?? []) {
      if (portless.has(edge.id) || seen.has(edge.target)) continue
      seen.add(edge.target)
      open.push(edge.target)
    }
  }
  return seen
}
