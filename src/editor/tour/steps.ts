/** The tour as data: what each step says, what it points at, and what the person does to go on. Pure. */
import { tourIds, tourSteps } from '#examples/tour.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { UiStatus } from '#ui/status.ts'

export interface TourRun {
  id: string
  function: string
  status: UiStatus
  ended: boolean
}

export interface TourFacts {
  document: GraphDocument
  selected: ReadonlySet<string>
  /** Runs of the newest event that was sent since the step began; null until one was. */
  runs: TourRun[] | null
  /** The playground's CRM fails on command. */
  crmFails: boolean
}

export interface TourStep {
  id: string
  title: string
  text(facts: TourFacts): string
  /** With keys instead of the pointer. */
  keys?: string
  /** What to point at: selectors, the first that is on the screen counts; several in one, all of them. */
  targets(facts: TourFacts): string[]
  /** What "Show me" puts the keyboard on, and selects: the first of these that is there. */
  focus?(facts: TourFacts): string[]
  /** The person has done it: the next step comes by itself. */
  done?(facts: TourFacts): boolean
  /** Waits this long for more of it: a name is not typed with one letter. */
  settleMs?: number
  /** What makes "Next" possible, where the step does not end by itself. */
  next?(facts: TourFacts): boolean
}

const node = (id: string): string => `.react-flow__node[data-id="${id}"]`
const slugOf = ({ document }: TourFacts, id: string): string => {
  const found = document.nodes[id]
  return found?.type === 'function' ? found.slug : 'the function'
}

/** The step the person added: the newest that the tour did not draw. */
export function ownStep(document: GraphDocument): StepNode | undefined {
  return Object.values(document.nodes).filter((one): one is StepNode => one.type === 'step' && !one.id.startsWith('s_')).at(-1)
}

const openMenu = '[data-tour="add-menu"]'
const dialogButton = '.mantine-Modal-content button[data-variant="filled"]'
const sendButton = '[data-tour="send-test"]'

/** The line between the first two steps, where a `+` stands. */
function firstLine({ document }: TourFacts): string {
  const line = Object.values(document.edges).find((edge) => edge.type === 'order' && edge.source === tourIds.first)
  return `.react-flow__edge[data-id="${line?.id ?? ''}"]`
}

const counts = (runs: TourRun[]): { ended: number; retrying: TourRun | undefined } => ({
  ended: runs.filter((run) => run.ended).length,
  retrying: runs.find((run) => run.status === 'retrying' || run.status === 'failed'),
})

export const steps: TourStep[] = [
  {
    id: 'event', title: 'It begins with an event',
    text: () => 'Somebody signs up. Select the event to see what is known of it.',
    keys: 'press Show me',
    targets: () => [node(tourIds.event)], focus: () => [node(tourIds.event)],
    done: ({ selected }) => selected.has(tourIds.event),
  },
  {
    id: 'fan-out', title: 'Two functions hang on it',
    text: () => 'Each starts for the same event, on its own. A double wall is a promise: what fails inside stays inside. Select either of them.',
    targets: () => [tourIds.functions.map(node).join(', ')], focus: () => [node(tourIds.functions[0])],
    done: ({ selected }) => tourIds.functions.some((id) => selected.has(id)),
  },
  {
    id: 'add', title: 'Put a step in between',
    text: () => 'Point at the line between the two, press its + and choose Transform. Steps in one function run in order, share results and retry together.',
    keys: 'press Show me, then A',
    targets: () => [openMenu, `${node(tourIds.first)}, ${node(tourIds.second)}`], focus: (facts) => [firstLine(facts), node(tourIds.first)],
    done: ({ document }) => Object.values(document.nodes).filter((one) => one.type === 'step').length > tourSteps,
  },
  {
    id: 'name', title: 'Say what it does',
    text: () => 'Give your step a name in the panel. Edits are saved as you make them, and each can be undone.',
    targets: () => ['[data-testid="panel"] fieldset input', '[data-testid="panel"]'], focus: () => ['[data-testid="panel"] fieldset input'],
    done: ({ document }) => {
      const own = ownStep(document)
      return own === undefined || (own.name.trim() !== '' && !own.name.startsWith(stepDefinition(own.kind).label))
    },
    settleMs: 1500,
  },
  {
    id: 'send', title: 'Make it run',
    text: ({ runs }) => {
      if (runs === null) return 'Send a test event. It runs exactly what is drawn, against built-in services: nothing leaves this server.'
      return counts(runs).ended === runs.length ? 'Both are done. One event, two runs, each with its own history.' : 'Your event started both at once. Watch them.'
    },
    targets: ({ runs }) => (runs === null ? [dialogButton, sendButton] : []), focus: () => [dialogButton, sendButton],
    next: ({ runs }) => runs !== null && counts(runs).ended === runs.length,
  },
  {
    id: 'fail', title: 'Now make one fail',
    text: (facts) => {
      const contact = slugOf(facts, tourIds.functions[1])
      const { runs, crmFails } = facts
      const { ended, retrying } = counts(runs ?? [])
      if (runs !== null && ended === runs.length && retrying === undefined) return crmFails ? 'Nothing failed: the steps that call the CRM did not run. Send it again with real outside calls.' : `${contact} tried again and is done. Nobody had to do anything.`
      if (runs !== null && retrying !== undefined) return crmFails ? `Only ${retrying.function} is retried; the other never noticed. Mend the CRM, and it gets through by itself.` : `The CRM answers again. ${retrying.function} goes through with its next try.`
      if (runs !== null) return 'Sent. Watch what the failing service does to each of them.'
      return crmFails ? 'The CRM answers 503 now. Send the event again.' : 'The built-in CRM fails on command.'
    },
    targets: ({ runs, crmFails }) => (runs === null && crmFails ? [dialogButton, sendButton] : runs === null ? [] : [node(tourIds.functions[1])]), focus: () => [dialogButton, sendButton],
    next: ({ runs, crmFails }) => runs !== null && !crmFails && counts(runs).ended === runs.length,
  },
  {
    id: 'run', title: 'Look inside the run',
    text: (facts) => `The run of ${slugOf(facts, tourIds.functions[1])} shows each try: when, why it failed, what it sent and got.`,
    targets: () => [],
  },
]

export const lastStep = steps.at(-1)!.id
