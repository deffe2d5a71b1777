'use client'
/** The drawing on a phone: events on top with their round side down, functions under them, ribs in the left gutter. */
import { IconArrowRight, IconPinFilled } from '@tabler/icons-react'
import { Fragment, useMemo, type ReactNode } from 'react'
import type { EventNode, GraphDocument, ScheduleNode, StepNode } from '#graph/document.ts'
import { RetryBars } from '#ui/retry-bars.tsx'
import { clockHands, clockTicks } from '#ui/shapes/clock.ts'
import { eventPathDown } from '#ui/shapes/event.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusTone, type UiStatus } from '#ui/status.ts'
import { nodeTitle } from './describe.ts'
import { splitEventName, type CanvasFacts, type Overlay } from './marks.ts'
import { Breakable } from './nodes/event-node.tsx'
import { NoteShape } from './nodes/note-colour.tsx'
import { NoteText } from './nodes/note-text.tsx'
import { scheduleWords } from './schedule-words.ts'
import { stackGroups, stackNotes, stackRibs, stackSizes, type StackFunction } from './stack.ts'
import { StepIcon } from './step-icon.tsx'
import classes from './stacked.module.css'

export interface StackedProps {
  document: GraphDocument
  facts: CanvasFacts
  overlay?: Overlay
  selected?: ReadonlySet<string>
  onSelect?: (id: string) => void
  /** Stands on the corner of what starts things, and of functions. */
  markOf?: (id: string) => ReactNode
  /** Shown under the drawing. */
  children?: ReactNode
}

export function Stacked({ document, facts, overlay = {}, selected, onSelect, markOf, children }: StackedProps) {
  const groups = useMemo(() => stackGroups(document), [document])
  const notes = useMemo(() => stackNotes(document), [document])
  const { eventH, gutter } = stackSizes
  if (groups.length === 0 && notes.length === 0) return <div className={classes.stack}><p className={classes.empty}>Nothing is drawn yet. Open this page on a larger screen to begin.</p></div>
  return (
    <div className={classes.stack} data-testid="canvas">
      {groups.map((group, g) => {
        const height = eventH + 20 + group.functions.length * (stackSizes.cardH + stackSizes.gap)
        return (
          <section key={group.source?.id ?? g} className={classes.group}>
            {group.source && (
              <svg className={classes.ribs} width={gutter + 8} height={height} aria-hidden="true">
                {stackRibs(group.functions.length).map((path, i) => <path key={i} d={path} />)}
              </svg>
            )}
            <div className={classes.head} style={{ height: group.source ? eventH : 40 }}>
              {group.source && markOf !== undefined && <span className={classes.mark} style={{ left: stackSizes.eventW - 14 }}>{markOf(group.source.id)}</span>}
              {group.source
                ? <Source node={group.source} onSelect={onSelect} selected={selected?.has(group.source.id) ?? false} />
                : <b className={classes.alone}>Nothing starts these</b>}
              {group.source && (
                <div className={classes.about}>
                  <b>{group.functions.length === 0 ? 'Nobody reacts' : `${group.functions.length} ${group.functions.length === 1 ? 'function reacts' : 'functions react'}`}</b>
                  {group.from.length > 0 && <span>sent by {group.from.join(', ')}</span>}
                </div>
              )}
            </div>
            <div className={classes.cards}>
              {group.functions.map((one) => (
                <Card
                  key={one.node.id} one={one} overlay={overlay} problem={facts.problems[one.node.id]} hinge={group.source !== null}
                  selected={selected} onSelect={onSelect} facts={facts} mark={markOf?.(one.node.id)}
                />
              ))}
            </div>
          </section>
        )
      })}
      {notes.map((note) => (
        <button key={note.id} type="button" className={classes.note} data-colour={note.colour} data-selected={selected?.has(note.id) || undefined} onClick={() => onSelect?.(note.id)}>
          {note.colour !== undefined && <span className={classes.noteShape}><NoteShape colour={note.colour} /></span>}
          <NoteText text={note.text} />
        </button>
      ))}
      {children}
    </div>
  )
}

function Source({ node, selected, onSelect }: { node: EventNode | ScheduleNode; selected: boolean; onSelect: StackedProps['onSelect'] }) {
  const { eventW, eventH } = stackSizes
  const select = (): void => onSelect?.(node.id)
  if (node.type === 'schedule') {
    const { hour, minute, short, zone } = scheduleWords(node.cron, node.timezone)
    return (
      <button type="button" className={classes.clock} data-selected={selected || undefined} onClick={select}>
        <svg width="48" height="48" aria-hidden="true">
          <circle cx="24" cy="24" r="23" />
          <path d={clockTicks(48)} />
          <path d={clockHands(48, hour, minute)} />
        </svg>
        <span><b>{short}</b>{zone}</span>
      </button>
    )
  }
  const { namespace, rest } = splitEventName(node.event)
  return (
    <button type="button" className={classes.event} style={{ width: eventW, height: eventH }} data-selected={selected || undefined} onClick={select}>
      <svg width={eventW} height={eventH} aria-hidden="true"><path d={eventPathDown(eventW, eventH)} /></svg>
      <span>{namespace && <small>{namespace}</small>}<b className={classes.eventName}><Breakable name={rest || 'unnamed event'} /></b></span>
    </button>
  )
}

interface CardProps extends Pick<StackedProps, 'selected' | 'onSelect' | 'facts'> {
  one: StackFunction
  overlay: Overlay
  problem: 'warning' | 'error' | undefined
  hinge: boolean
  mark: ReactNode
}

function Card({ one, overlay, problem, hinge, selected, onSelect, facts, mark: corner }: CardProps) {
  const { node, levels } = one
  const mark = overlay[node.id]
  const state = mark?.state ?? problem
  const used = mark?.used ?? 0
  const steps = levels.flat().length
  return (
    <article className={classes.card} style={{ height: stackSizes.cardH }} data-tone={mark ? statusTone[mark.state] : undefined} data-problem={problem} data-selected={selected?.has(node.id) || undefined}>
      {hinge && <i className={classes.hinge} />}
      {corner !== undefined && <span className={classes.mark} style={{ right: 18 }}>{corner}</span>}
      <button type="button" className={classes.title} onClick={() => onSelect?.(node.id)}>
        {state && <StatusGlyph state={state} size={14} />}
        <span className="mono cut">{node.slug || 'unnamed function'}</span>
        <RetryBars left={Math.max(0, node.retries - used)} used={used} />
      </button>
      <div className={classes.steps}>
        {levels.map((level, i) => (
          <Fragment key={i}>
            {i > 0 && <IconArrowRight size={15} stroke={1.7} aria-label="then" />}
            <Place level={level} overlay={overlay} problems={facts.problems} onSelect={onSelect} />
          </Fragment>
        ))}
      </div>
      <footer>
        <span>{mark?.note ?? (steps === 0 ? 'No steps yet' : `${steps} ${steps === 1 ? 'step' : 'steps'}`)}</span>
        <span>{node.concurrency ? `${node.concurrency.limit} at a time` : facts.versions[node.slug]}</span>
      </footer>
    </article>
  )
}

function Place({ level, overlay, problems, onSelect }: { level: StepNode[]; overlay: Overlay; problems: CanvasFacts['problems']; onSelect: StackedProps['onSelect'] }) {
  const [step] = level
  if (step === undefined) return null
  if (level.length > 1) return <SideBySide level={level} states={level.flatMap((one) => overlay[one.id]?.state ?? problems[one.id] ?? [])} onSelect={onSelect} />
  const state = overlay[step.id]?.state ?? problems[step.id]
  return (
    <button type="button" className={classes.step} data-sends={step.kind.startsWith('emit') || undefined} onClick={() => onSelect?.(step.id)}>
      <StepIcon kind={step.kind} size={15} />
      <span className="cut">{nodeTitle(step)}</span>
      {step.pinned !== undefined && <span className={classes.pin}><IconPinFilled size={11} role="img" aria-label="output pinned" /></span>}
      {state && <span className={classes.corner}><StatusGlyph state={state} size={13} /></span>}
    </button>
  )
}

/** What needs to be seen first. */
const urgency: UiStatus[] = ['failed', 'error', 'retrying', 'held', 'running', 'waiting', 'sleeping', 'warning']

/** Steps with one place in the order. There is no room for them here: a tap opens their function, whose panel lists them. */
function SideBySide({ level, states, onSelect }: { level: StepNode[]; states: UiStatus[]; onSelect: StackedProps['onSelect'] }) {
  const state = urgency.find((one) => states.includes(one)) ?? (states.length === level.length ? states[0] : undefined)
  return (
    <button type="button" className={classes.step} aria-label={`${level.length} side by side: ${level.map(nodeTitle).join(', ')}`} onClick={() => onSelect?.(level[0]!.parent)}>
      {level.length} side by side
      {state && <span className={classes.corner}><StatusGlyph state={state} size={13} /></span>}
    </button>
  )
}
