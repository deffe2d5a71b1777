/**
 * The whole drawing as one SVG with its words: for reviews (with marks) and for image export.
 * Colours are the tokens as variables, so that it follows the theme; an export puts their values in.
 */
import { clockHands, clockTicks } from '#ui/shapes/clock.ts'
import { eventPath } from '#ui/shapes/event.ts'
import { inletPath } from '#ui/shapes/inlet.ts'
import { noteShapes } from '#canvas/nodes/note-colour.tsx'
import { plainText } from '#canvas/nodes/note-markdown.ts'
import { nodeTitle } from '#canvas/describe.ts'
import { drawLines, type Line } from '#canvas/lines.ts'
import { boundsOf, layScene, type Bounds, type Box } from '#canvas/scene.ts'
import { scheduleWords } from '#canvas/schedule-words.ts'
import { stepDetail } from '#canvas/step-detail.ts'
import { StepIcon } from '#canvas/step-icon.tsx'
import { sends, stripCorner, stripOf, stripPitch } from '#canvas/strip.ts'
import { sendingShape, stubWidth, wordsEnd } from '#canvas/ticket-shape.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { pillText } from '#graph/way-names.ts'
import { derivedLinks } from '#graph/links.ts'
import { families, FittedText, fitText, textWidth, wrapText, type Face } from './fitted-text.tsx'
import type { Mark } from './merge.ts'

export interface PictureProps {
  document: GraphDocument
  label: string
  marks?: Record<string, Mark>
  /** Node that is looked at now. */
  focus?: string | null
}

const margin = 32
export const markWords: Record<Mark, string> = { added: 'new', changed: 'changed', removed: 'removed' }
const markColour: Record<Mark, string> = { added: 'done', changed: 'wait', removed: 'fail' }
const token = (name: string): string => `var(--fw-${name})`

export function Picture({ document, label, marks = {}, focus = null }: PictureProps) {
  const scene = layScene(document)
  const bounds = boundsOf([...scene.boxes.values()].map(withWords)) ?? { x: 0, y: 0, w: 320, h: 120 }
  const lines = drawLines(document, scene, derivedLinks(document))
  const boxes = [...scene.boxes.values()]
  const [w, h] = [bounds.w + margin * 2, bounds.h + margin * 2]
  const of = (kinds: Line['kind'][]) => lines.filter((line) => kinds.includes(line.kind)).map((line) => <LineShape key={line.id} line={line} mark={marks[line.id]} />)
  return (
    <svg xmlns="http://www.w3.org/2000/svg" viewBox={`${bounds.x - margin} ${bounds.y - margin} ${w} ${h}`} width={w} height={h} role="img" aria-label={label}>
      <title>{label}</title>
      <rect x={bounds.x - margin} y={bounds.y - margin} width={w} height={h} fill={token('canvas')} />
      {of(['rib', 'feed'])}
      {boxes.filter((box) => box.node.type === 'function').map((box) => <Frame key={box.id} box={box} hingeY={scene.inside.get(box.id)?.hingeY ?? 0} folded={scene.folded.get(box.id)} mark={marks[box.id]} focus={focus === box.id} />)}
      {of(['order', 'derived'])}
      {boxes.filter((box) => box.node.type !== 'function').map((box) => (
        <g key={box.id} transform={`translate(${box.x} ${box.y})`} opacity={marks[box.id] === 'removed' ? 0.62 : 1}>
          <Shape box={box} />
          <Marked box={box} mark={ownMark(box, marks)} focus={focus === box.id} />
        </g>
      ))}
    </svg>
  )
}

/** A step that came or went with its whole function needs no sign of its own. */
function ownMark({ id, node }: Box, marks: Record<string, Mark>): Mark | undefined {
  return node.type === 'step' && marks[node.parent] !== 'changed' && marks[node.parent] === marks[id] ? undefined : marks[id]
}

const pillFace: Face = { size: 10.5 }
const pillWidth = (text: string): number => textWidth(pillText(text), pillFace) + 6

function LineShape({ line, mark }: { line: Line; mark: Mark | undefined }) {
  const gone = mark === 'removed'
  const filled = line.kind === 'rib' && !gone
  const colour = mark === undefined ? token(line.kind === 'order' ? 'wire' : line.kind === 'rib' ? 'event-fill' : 'event') : token(`${markColour[mark]}-fill`)
  const width = line.kind === 'order' ? 1.4 : 2.2
  const dash = gone ? '2 5' : line.kind === 'derived' ? '2 5' : mark === 'added' || mark === undefined ? undefined : '9 3'
  return (
    <g fill={filled ? colour : 'none'} stroke={filled ? 'none' : colour} strokeWidth={mark === undefined ? width : width + 0.8} strokeDasharray={dash} strokeLinecap="round">
      {(gone && line.kind === 'rib' ? [line.spine] : line.paths).map((path, i) => <path key={i} d={path} />)}
      {line.arrow && <path d={line.arrow} strokeDasharray="none" />}
      {line.label && (
        <g stroke="none">
          <rect x={line.label.x - pillWidth(line.label.text) / 2} y={line.label.y - 8} width={pillWidth(line.label.text)} height={16} rx={8} fill={token('surface')} />
          <FittedText text={pillText(line.label.text)} whole={line.label.text} room={pillWidth(line.label.text)} x={line.label.x} y={line.label.y + 3.5} textAnchor="middle" {...pillFace} fill={token('ink-2')} />
        </g>
      )}
    </g>
  )
}

function Frame({ box, hingeY, folded = [], mark, focus }: { box: Box; hingeY: number; folded: readonly StepNode[] | undefined; mark: Mark | undefined; focus: boolean }) {
  const { node, w, h } = box
  if (node.type !== 'function') return null
  return (
    <g transform={`translate(${box.x} ${box.y})`} opacity={mark === 'removed' ? 0.62 : 1}>
      <rect x={0.75} y={0.75} width={w - 1.5} height={h - 1.5} rx={10} fill={token('frame')} stroke={token('wall')} strokeWidth={1.5} strokeDasharray={mark === 'removed' ? '6 5' : undefined} />
      <rect x={4.5} y={4.5} width={w - 9} height={h - 9} rx={7} fill="none" stroke={token('wall')} />
      <rect x={-3} y={hingeY - 11} width={7} height={22} rx={2} fill={token('event-fill')} />
      <FittedText text={node.slug || 'unnamed function'} room={w - 32} x={16} y={25} mono size={12} weight={600} fill={token('ink')} textDecoration={mark === 'removed' ? 'line-through' : undefined} />
      <FittedText text={footer(node)} room={w - 32} x={16} y={h - 13} size={10.5} fill={token('ink-3')} />
      <Strip steps={folded} />
      <Marked box={box} mark={mark} focus={focus} />
    </g>
  )
}

/** The steps of a collapsed frame: a bar for each. */
function Strip({ steps }: { steps: readonly StepNode[] }) {
  const { shown, rest } = stripOf(steps)
  return (
    <g transform={`translate(${stripCorner.x} ${stripCorner.y})`}>
      {shown.map((step, i) => <rect key={step.id} data-bar x={i * stripPitch + 0.75} y={1} width={11} height={10} rx={1.5} fill={token(sends(step) ? 'event-fill' : 'surface')} stroke={token(sends(step) ? 'event-fill' : 'line-ui')} />)}
      {rest > 0 && <text x={shown.length * stripPitch} y={10} fontFamily={families.sans} fontSize={10} fill={token('ink-2')}>+{rest}</text>}
    </g>
  )
}

function footer(node: { retries: number; concurrency?: { limit: number } | undefined }): string {
  return [`${node.retries} ${node.retries === 1 ? 'retry' : 'retries'}`, ...(node.concurrency === undefined ? [] : [`${node.concurrency.limit} at a time`])].join(' · ')
}

function Shape({ box: { node, w, h } }: { box: Box }) {
  switch (node.type) {
    case 'event': {
      const [namespace, rest] = splitName(node.event)
      // The round end holds no words.
      const room = w - 11 - h * 0.3
      const lines = inLines(rest || 'unnamed event', room)
      return (
        <>
          <path d={eventPath(w, h)} fill={token('event-fill')} />
          {namespace !== '' && <FittedText text={namespace} room={room} x={11} y={h / 2 - (lines.length > 1 ? 11 : 4)} mono size={11} fill={token('on-event')} opacity={0.85} />}
          {lines.map((line, i, all) => (
            <FittedText key={i} text={line} room={room} x={11} y={h / 2 + (namespace === '' ? 4 : 11) + (i - (all.length - 1) / 2) * 13} {...eventFace} fill={token('on-event')} />
          ))}
        </>
      )
    }
    case 'webhook': return (
      <>
        <path d={inletPath(w, h, 1.8)} fill={token('surface')} stroke={token('event')} strokeWidth={1.8} />
        <FittedText text={nodeTitle(node)} room={w - 34} x={w / 2 + 6} y={h / 2 + 4} textAnchor="middle" size={11.5} weight={600} fill={token('ink')} />
      </>
    )
    case 'schedule': {
      const { hour, minute, short } = scheduleWords(node.cron, node.timezone)
      return (
        <>
          <circle cx={w / 2} cy={h / 2} r={w / 2 - 1} fill={token('surface')} stroke={token('event')} strokeWidth={1.8} />
          <path d={clockTicks(w)} stroke={token('event')} strokeWidth={1} fill="none" />
          <path d={clockHands(w, hour, minute)} stroke={token('event')} strokeWidth={1.8} fill="none" strokeLinecap="round" />
          <FittedText text={short} room={textWidth(short, clockFace)} x={w / 2} y={h + 15} textAnchor="middle" {...clockFace} fill={token('ink')} />
        </>
      )
    }
    case 'step': return <Ticket step={node} w={w} h={h} />
    case 'note': return (
      <>
        {node.colour !== undefined && <rect width={w} height={h} fill={token(`note-${node.colour}-soft`)} />}
        <path d={`M0 1H${w}`} stroke={token(node.colour === undefined ? 'ink-3' : `note-${node.colour}`)} strokeWidth={2} />
        {node.colour !== undefined && <path transform={`translate(${w - 16} 8) scale(0.9)`} d={noteShapes[node.colour]} fill={token(`note-${node.colour}`)} />}
        {noteLines(node.text, noteRoom(node.colour, w), Math.max(1, Math.round(h / 15))).map(({ words, face }, i) => (
          <FittedText key={i} text={words} room={noteRoom(node.colour, w)} x={node.colour === undefined ? 0 : 10} y={18 + i * 15} {...face} fill={token(face.weight === 600 ? 'ink' : 'ink-2')} />
        ))}
      </>
    )
    case 'function': return null
  }
}

function Ticket({ step, w, h }: { step: StepNode; w: number; h: number }) {
  const sending = step.kind === 'emit' || step.kind === 'emit-each' ? sendingShape(step.kind, w, h) : null
  const left = stubWidth + 7
  const room = wordsEnd(step.kind, w) - left
  const names = step.kind === 'emit-each' ? inTwo(nodeTitle(step), room) : [nodeTitle(step)]
  return (
    <>
      {sending === null ? <rect x={0.5} y={0.5} width={w - 1} height={h - 1} rx={4} fill={token('surface')} stroke={token('line-2')} /> : <path d={sending.body} fill={token('surface')} stroke={token('line-2')} />}
      {sending?.ends.map((end, i) => <path key={i} transform={`translate(${sending.endsX} 0)`} d={end} fill={token('event-fill')} />)}
      <path d={`M${stubWidth} 1V${h - 1}H4Q1 ${h - 1} 1 ${h - 4}V4Q1 1 4 1Z`} fill={token(sending === null ? 'sunken' : 'event-soft')} />
      <path d={`M${stubWidth} 1V${h - 1}`} stroke={token('line')} />
      <g color={token(sending === null ? 'ink-2' : 'event')} transform={`translate(5.5 ${h / 2 - 7.5})`}><StepIcon kind={step.kind} size={15} /></g>
      {names.map((words, i) => <FittedText key={i} text={words} room={room} x={left} y={(names.length > 1 ? 14 : 19) + i * 12.5} {...ticketFace} fill={token('ink')} />)}
      <FittedText text={stepDetail(step)} room={room} x={left} y={names.length > 1 ? 38.5 : 33} size={10.5} fill={token('ink-2')} />
    </>
  )
}

/** A sign of its own for each mark: plus, pencil stroke, minus, each beside its word. */
function Marked({ box: { w, h }, mark, focus }: { box: Box; mark: Mark | undefined; focus: boolean }) {
  if (mark === undefined) return focus ? <rect x={-5} y={-5} width={w + 10} height={h + 10} rx={12} fill="none" stroke={token('ink')} strokeWidth={2} /> : null
  const colour = token(`${markColour[mark]}-fill`)
  const word = markWords[mark]
  const width = word.length * 6 + 26
  const sign = { added: 'M5 9h8M9 5v8', changed: 'M5.5 12.5l.8-2.6 4.6-4.6 1.8 1.8-4.6 4.6z', removed: 'M5 9h8' }[mark]
  return (
    <g>
      <rect x={-5} y={-5} width={w + 10} height={h + 10} rx={9} fill="none" stroke={focus ? token('ink') : colour} strokeWidth={focus ? 2.6 : 1.8} strokeDasharray={mark === 'removed' ? '3 4' : mark === 'changed' ? '9 4' : undefined} />
      <g transform={`translate(${w - width + 4} -15)`}>
        <rect width={width} height={18} rx={4} fill={token('surface')} stroke={colour} strokeWidth={1.4} />
        <path d={sign} stroke={colour} strokeWidth={1.8} fill="none" strokeLinecap="round" />
        <text x={19} y={12.8} fontFamily={families.sans} fontSize={10.5} fontWeight={600} fill={token(markColour[mark])}>{word}</text>
      </g>
    </g>
  )
}

function splitName(name: string): [string, string] {
  const slash = name.indexOf('/')
  return slash < 0 || slash === name.length - 1 ? ['', name] : [name.slice(0, slash + 1), name.slice(slash + 1)]
}

const eventFace: Face = { mono: true, size: 11.5, weight: 600 }
const ticketFace: Face = { size: 11.5, weight: 600 }
const clockFace: Face = { size: 11, weight: 600 }

/** Where a thing is, with what is written beside it. */
function withWords(box: Box): Bounds {
  if (box.node.type !== 'schedule') return box
  const width = Math.max(box.w, textWidth(scheduleWords(box.node.cron, box.node.timezone).short, clockFace))
  return { x: box.x + (box.w - width) / 2, y: box.y, w: width, h: box.h + 18 }
}

/** Whole words on the first line; what is left goes on the second. */
function inTwo(name: string, room: number): string[] {
  const [first = name, ...more] = wrapText(name, room, ticketFace)
  return more.length === 0 ? [first] : [first, name.slice(first.length).trim()]
}

/** One line, or two where the name is long. */
function inLines(name: string, room: number): string[] {
  const most = Math.floor(room / textWidth('0', eventFace))
  if (name.length <= most) return [name]
  const at = Math.max(...['.', '_', '-'].map((mark) => name.lastIndexOf(mark, most - 1))) + 1 || most
  return [name.slice(0, at), name.slice(at)]
}

interface NoteLine {
  words: string
  face: Face
}

const noteRoom = (colour: string | undefined, w: number): number => (colour === undefined ? w : w - 30)

/** A note's words; the first line that is written is bold, as on the canvas. */
function noteLines(text: string, room: number, most: number): NoteLine[] {
  const all = text.split('\n').flatMap((line, i) => {
    const face: Face = { size: 11, weight: i === 0 ? 600 : 400 }
    return wrapText(plainText(line), room, face).map((words) => ({ words, face }))
  })
  return all.slice(0, most).map((line, i) => (i === most - 1 && all.length > most ? { ...line, words: fitText(`${line.words} …`, room, line.face) } : line))
}
