/**
 * Any text as a drawing, for imports: an exported workflow, a bare graph, or a copied part of one.
 * What fits is taken; everything else is named with its place and what to do about it. Never throws.
 */
import type { z } from 'zod'
import { isJsonObject, withoutMark } from '#base/json.ts'
import { emptyDocument, graphEdge, graphNode, type GraphDocument, type GraphEdge, type GraphNode } from '#graph/document.ts'
import { addFunction } from '#graph/edit/add-node.ts'
import { paste } from '#graph/edit/paste.ts'
import { charactersMax, clippingKind, isUsable, joins, nodesMax } from '#graph/edit/read-clipping.ts'
import type { FileProblem, Refused } from '#graph/refused-file.ts'
import { readForeignFile } from '#graph/read-foreign-file.ts'
import { isBottomless, isStorable, unstorable, type Unstorable } from '#graph/storable.ts'

export interface DrawingFile {
  /** A whole workflow, or parts of one. */
  kind: 'workflow' | 'parts'
  /** Empty when the file has none. */
  name: string
  document: GraphDocument
  /** Parts that were left out, each with its reasons. */
  problems: FileProblem[]
}

const exportFirst = 'Choose a file that Fanwise wrote: Download, then Workflow as JSON.'

export function readDrawingFile(text: string): DrawingFile | Refused {
  if (text.trim() === '') return refuse('The file is empty.', exportFirst)
  if (text.length > charactersMax) return refuse(`The file has more than ${(charactersMax / 1_000_000).toFixed(0)} MB; a drawing is smaller.`, exportFirst)
  const value = parse(withoutMark(text))
  if (value instanceof Error) return refuse(`The file is not JSON: ${value.message}.`, 'Open it in a text editor, correct that place, or export it again.')
  const foreign = readForeignFile(value)
  if (foreign !== null) return foreign
  if (!isJsonObject(value)) return refuse('The file is JSON, but not a drawing: it has to be an object.', exportFirst)
  if (value.kind === clippingKind) return partsOf(value)
  const graph = isJsonObject(value.graph) ? value.graph : value
  const { nodes, edges } = graph
  if (!isJsonObject(nodes) || !isJsonObject(edges)) return refuse('The file is JSON, but holds no drawing: `nodes` and `edges` are missing.', exportFirst)
  if (graph.version !== 1) {
    const newer = typeof graph.version === 'number' && graph.version > 1
    return refuse(newer ? `The drawing has version ${graph.version}; this Fanwise reads version 1.` : 'The drawing does not say its version.', newer ? 'Bring this server up to date first.' : 'Write "version": 1 beside "nodes" in the file.')
  }
  return wholeOf({ nodes, edges }, typeof value.name === 'string' ? value.name.trim().slice(0, 80) : '')
}

interface Graph {
  nodes: Record<string, unknown>
  edges: Record<string, unknown>
}

function wholeOf(graph: Graph, name: string): DrawingFile | Refused {
  const entries = Object.entries(graph.nodes)
  if (entries.length > nodesMax) return refuse(`The drawing has ${entries.length.toLocaleString('en')} things; ${nodesMax.toLocaleString('en')} is the most.`, 'Split it in two.')
  const problems: FileProblem[] = []
  const nodes = new Map<string, GraphNode>()
  for (const [id, one] of entries) {
    const node = readNode(one, `nodes.${id}`, problems)
    if (node === null) continue
    if (node.id !== id) problems.push({ place: placeOf(node), message: `It stands under \`${id}\`, but its id is \`${node.id}\`.`, fix: 'Give it the id it stands under.' })
    else nodes.set(id, node)
  }
  dropHomeless(nodes, problems)
  const edges = readEdges(Object.entries(graph.edges), nodes, problems)
  return nodes.size === 0 && entries.length > 0 ? nothingFits(problems) : { kind: 'workflow', name, problems, document: { version: 1, nodes: Object.fromEntries(nodes), edges } }
}

/** Copied steps may have left their function behind: they get one. */
function partsOf(value: Record<string, unknown>): DrawingFile | Refused {
  const listed = Array.isArray(value.nodes) ? value.nodes : []
  if (listed.length > nodesMax) return refuse(`The file has ${listed.length.toLocaleString('en')} things; ${nodesMax.toLocaleString('en')} is the most.`, 'Copy a smaller part.')
  const problems: FileProblem[] = []
  const nodes = new Map<string, GraphNode>()
  listed.forEach((one, i) => {
    const node = readNode(one, `nodes.${i}`, problems)
    if (node !== null) nodes.set(node.id, node)
  })
  if (nodes.size === 0) return nothingFits(problems)
  const entries = (Array.isArray(value.edges) ? value.edges : []).map((one, i): [string, unknown] => [String(i), one])
  const edges = Object.values(readEdges(entries, nodes, problems, false))
  const homeless = [...nodes.values()].some((node) => node.type === 'step' && nodes.get(node.parent)?.type !== 'function')
  const around = homeless ? addFunction(emptyDocument(), { position: { x: 0, y: 0 } }) : null
  const pasted = paste(around?.document ?? emptyDocument(), { nodes: [...nodes.values()], edges }, around === null ? { offset: { x: 0, y: 0 } } : { offset: { x: 0, y: 0 }, into: around.id })
  return { kind: 'parts', name: '', problems, document: pasted.document }
}

const cannotBeKept: Record<Unstorable, Pick<FileProblem, 'message' | 'fix'>> = {
  depth: { message: 'It nests lists or objects deeper than 200 levels.', fix: 'Flatten its data in the file.' },
  reserved: { message: 'It holds a field named `__proto__`, which cannot be stored.', fix: 'Rename that field in the file.' },
  character: { message: 'It holds a null character or half a character, which cannot be stored.', fix: 'Take that character out of the file.' },
}

function readNode(one: unknown, path: string, problems: FileProblem[]): GraphNode | null {
  if (isBottomless(one)) {
    problems.push({ place: placeOf(one, path), ...cannotBeKept.depth })
    return null
  }
  const parsed = graphNode.safeParse(one)
  if (!parsed.success) {
    for (const issue of parsed.error.issues.slice(0, 3)) problems.push({ place: [placeOf(one, path), issue.path.join('.')].filter(Boolean).join(', '), message: wordsOf(issue), fix: 'Correct it in the file.' })
    return null
  }
  const why = unstorable(parsed.data)
  if (why !== null) {
    problems.push({ place: placeOf(one, path), ...cannotBeKept[why] })
    return null
  }
  if (!isUsable(parsed.data)) {
    problems.push({ place: placeOf(one, path), message: 'Its id is a reserved word, or it stands too far away to be drawn.', fix: 'Give it another id, and a position within a million of the middle.' })
    return null
  }
  return parsed.data
}

function dropHomeless(nodes: Map<string, GraphNode>, problems: FileProblem[]): void {
  for (const node of nodes.values()) {
    if (node.type !== 'step' || nodes.get(node.parent)?.type === 'function') continue
    problems.push({ place: placeOf(node), message: 'Its function is not in the file, or was left out.', fix: 'Add the function, or name another one as its `parent`.' })
    nodes.delete(node.id)
  }
}

function readEdges(entries: [string, unknown][], nodes: ReadonlyMap<string, GraphNode>, problems: FileProblem[], keyed = true): Record<string, GraphEdge> {
  const edges: Record<string, GraphEdge> = {}
  for (const [key, one] of entries) {
    const place = `line ${key}`
    if (isBottomless(one)) {
      problems.push({ place, ...cannotBeKept.depth })
      continue
    }
    const parsed = graphEdge.safeParse(one)
    if (!parsed.success || !isStorable(one)) {
      const [issue] = parsed.success ? [] : parsed.error.issues
      problems.push({ place: [place, issue?.path.join('.')].filter(Boolean).join(', '), message: issue === undefined ? 'It holds characters that cannot be stored.' : wordsOf(issue), fix: 'Correct it in the file, or draw the line again afterwards.' })
    } else if ((keyed && parsed.data.id !== key) || parsed.data.id in Object.prototype) {
      problems.push({ place, message: 'Its id is not the one it stands under.', fix: 'Give it the id it stands under.' })
    } else if (!joins(parsed.data, nodes)) {
      problems.push({ place, message: 'It joins two things that cannot be joined, or one that is not in the file.', fix: 'Draw it again after the import.' })
    } else edges[parsed.data.id] = parsed.data
  }
  return edges
}

/** "step Create contact" where the thing has a name, else its path in the file. */
function placeOf(one: unknown, path = ''): string {
  if (!isJsonObject(one) || typeof one.type !== 'string') return path
  const name = [one.name, one.slug, one.event, one.cron].find((text) => typeof text === 'string' && text !== '')
  return name === undefined ? `${one.type.slice(0, 40)} ${path === '' ? String(one.id) : path}` : `${one.type.slice(0, 40)} ${String(name).slice(0, 80)}`
}

type Issue = z.core.$ZodIssue

const kinds: Record<string, string> = { string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'an object', record: 'an object', array: 'a list' }

function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': return `It has to be ${kinds[issue.expected] ?? issue.expected}${issue.message.endsWith('received undefined') ? ', but is missing' : ''}.`
    case 'too_big': return `It has to be ${issue.origin === 'string' ? 'shorter: at most' : 'at most'} ${Number(issue.maximum).toLocaleString('en')}${issue.origin === 'string' ? ' characters' : ''}.`
    case 'too_small': return `It has to be ${issue.origin === 'string' ? 'longer' : `more than ${Number(issue.minimum).toLocaleString('en')}`}.`
    case 'invalid_value': return `It has to be one of ${issue.values.slice(0, 20).map(String).join(', ')}.`
    case 'invalid_union': return `Nothing of this kind can be drawn: \`type\` is not one that Fanwise knows.`
    default: return `${issue.message}.`
  }
}

/** The parser's own words, without the excerpt some of them add. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return new Error(message.replace(/,? "[^]*$/, '').replace(/ in JSON| is not valid JSON/, '').trim().replace(/[.,]$/, '') || 'it cannot be read')
  }
}

function refuse(refused: string, fix: string, problems: FileProblem[] = []): Refused {
  return { refused, fix, problems }
}

function nothingFits(problems: FileProblem[]): Refused {
  return refuse('Nothing in the file fits into a drawing.', exportFirst, problems)
}
