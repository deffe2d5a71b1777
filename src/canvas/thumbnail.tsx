/** A drawing in small, as one still SVG: for cards and lists. Draws on the server, too. */
import { clockHands } from '#ui/shapes/clock.ts'
import { eventPath } from '#ui/shapes/event.ts'
import { inletPath } from '#ui/shapes/inlet.ts'
import { statusTone } from '#ui/status.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { derivedLinks } from '#graph/links.ts'
import { describeEdge } from './describe.ts'
import { drawLines, type Line } from './lines.ts'
import type { Overlay } from './marks.ts'
import { layScene, sceneBounds, type Box } from './scene.ts'
import { sends, stripCorner, stripOf, stripPitch } from './strip.ts'
import { sendingShape } from './ticket-shape.ts'
import classes from './thumbnail.module.css'

export interface ThumbnailProps {
  document: GraphDocument
  overlay?: Overlay
  /** Accessible name: "Drawing of signup-pipeline". */
  label: string
  /** Never larger than this share of the real size. */
  maxScale?: number
}

export function Thumbnail({ document, overlay = {}, label, maxScale = 0.6 }: ThumbnailProps) {
  const scene = layScene(document)
  const bounds = sceneBounds(scene)
  if (bounds === null) return <svg className={classes.thumbnail} role="img" aria-label={`${label}, empty`} />
  const lines = drawLines(document, scene, derivedLinks(document))
  const boxes = [...scene.boxes.values()]
  const view = `${bounds.x - 24} ${bounds.y - 24} ${bounds.w + 48} ${bounds.h + 48}`
  const of = (kinds: Line['kind'][]) => lines.filter((line) => kinds.includes(line.kind))
  return (
    <svg
      className={classes.thumbnail} viewBox={view} preserveAspectRatio="xMidYMid meet" role="img" aria-label={label}
      style={{ maxWidth: (bounds.w + 48) * maxScale, maxHeight: (bounds.h + 48) * maxScale }}
    >
      <title>{label}</title>
      {of(['rib', 'feed']).map((line) => <LineShape key={line.id} line={line} document={document} />)}
      {boxes.filter((box) => box.node.type === 'function').map((box) => <Frame key={box.id} box={box} hingeY={scene.inside.get(box.id)?.hingeY ?? 0} folded={scene.folded.get(box.id)} overlay={overlay} />)}
      {of(['order', 'derived']).map((line) => <LineShape key={line.id} line={line} document={document} />)}
      {boxes.filter((box) => box.node.type !== 'function').map((box) => <Shape key={box.id} box={box} />)}
    </svg>
  )
}

function LineShape({ line, document }: { line: Line; document: GraphDocument }) {
  return (
    <g className={classes[line.kind]} data-name={describeEdge(line, document)}>
      {line.paths.map((path, i) => <path key={i} d={path} />)}
      {line.arrow && <path d={line.arrow} />}
    </g>
  )
}

function Frame({ box, hingeY, folded = [], overlay }: { box: Box; hingeY: number; folded: readonly StepNode[] | undefined; overlay: Overlay }) {
  const mark = overlay[box.id]
  return (
    <g className={classes.frame} data-tone={mark ? statusTone[mark.state] : undefined}>
      <rect x={box.x + 1.5} y={box.y + 1.5} width={box.w - 3} height={box.h - 3} rx={12} />
      <rect x={box.x + 6} y={box.y + 6} width={box.w - 12} height={box.h - 12} rx={8} />
      <rect className={classes.solid} x={box.x - 3} y={box.y + hingeY - 11} width={7} height={22} rx={2} />
      <g transform={`translate(${box.x + stripCorner.x} ${box.y + stripCorner.y})`}>
        {stripOf(folded).shown.map((step, i) => <rect key={step.id} className={sends(step) ? classes.solid : classes.step} data-bar x={i * stripPitch} y={0} width={11} height={14} rx={2} />)}
      </g>
    </g>
  )
}

function Shape({ box }: { box: Box }) {
  const { node, x, y, w, h } = box
  const place = `translate(${x} ${y})`
  switch (node.type) {
    case 'event': return <path className={classes.solid} transform={place} d={eventPath(w, h)} />
    case 'webhook': return <path className={classes.source} transform={place} d={inletPath(w, h, 3)} />
    case 'schedule': return (
      <g className={classes.source} transform={place}>
        <circle cx={w / 2} cy={h / 2} r={w / 2 - 1.5} />
        <path d={clockHands(w, 9, 0)} />
      </g>
    )
    case 'step': {
      if (node.kind !== 'emit' && node.kind !== 'emit-each') return <rect className={classes.step} x={x + 0.5} y={y + 0.5} width={w - 1} height={h - 1} rx={4} />
      const { body, ends, endsX } = sendingShape(node.kind, w, h)
      return (
        <g transform={place}>
          <path className={classes.step} d={body} />
          {ends.map((end, i) => <path key={i} className={classes.solid} transform={`translate(${endsX} 0)`} d={end} />)}
        </g>
      )
    }
    case 'note':
    case 'function': return null
  }
}
