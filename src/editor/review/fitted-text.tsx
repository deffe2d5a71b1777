/**
 * Words of a picture that stay inside what they stand on: whole, or up to an ellipsis. Where they nearly fill it
 * their width is written down, too, so that a picture that is opened without our fonts keeps to it.
 */
import type { SVGProps } from 'react'

export const families = { sans: 'Inter, system-ui, sans-serif', mono: '"JetBrains Mono", ui-monospace, monospace' }

export interface Face {
  size: number
  mono?: boolean
  weight?: number
}

interface FittedProps extends Face, Pick<SVGProps<SVGTextElement>, 'x' | 'y' | 'fill' | 'opacity' | 'textAnchor' | 'textDecoration'> {
  text: string
  /** What it stands for, when it is shortened already. */
  whole?: string
  /** As wide as it may be. */
  room: number
}

/** Other fonts are at most this much wider than ours. */
const wider = 1.3

export function FittedText({ text, whole = text, room, size, mono = false, weight = 400, ...rest }: FittedProps) {
  const face = { size, mono, weight }
  const shown = fitText(text, room, face)
  const width = textWidth(shown, face)
  const kept = width * wider > room ? { textLength: Math.round(Math.min(width, room) * 10) / 10, lengthAdjust: 'spacingAndGlyphs' } : {}
  return (
    <text fontFamily={families[mono ? 'mono' : 'sans']} fontSize={size} {...(weight === 400 ? {} : { fontWeight: weight })} {...kept} {...rest}>
      {shown}{shown === whole ? null : <title>{whole}</title>}
    </text>
  )
}

/** The text, or as much of it as has room before an ellipsis. */
export function fitText(text: string, room: number, face: Face): string {
  if (textWidth(text, face) <= room) return text
  const signs = [...text]
  let most = signs.length - 1
  const shortened = (): string => `${signs.slice(0, most).join('').trimEnd()}…`
  while (most > 1 && textWidth(shortened(), face) > room) most -= 1
  return shortened()
}

/** Lines of whole words; a word that is wider than all of them goes on in the next line. */
export function wrapText(text: string, room: number, face: Face): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && textWidth(longer, face) <= room) lines[lines.length - 1] = longer
    else lines.push(...broken(word, room, face))
  }
  return lines
}

function broken(word: string, room: number, face: Face): string[] {
  if (textWidth(word, face) <= room) return [word]
  const pieces: string[] = []
  for (const sign of word) {
    const longer = `${pieces.at(-1) ?? ''}${sign}`
    if (pieces.length > 0 && textWidth(longer, face) <= room) pieces[pieces.length - 1] = longer
    else pieces.push(sign)
  }
  return pieces
}

let pen: CanvasRenderingContext2D | null | undefined

/** As the browser draws it; elsewhere as wide as such letters usually are. */
export function textWidth(text: string, { size, mono = false, weight = 400 }: Face): number {
  pen ??= typeof window === 'undefined' ? null : window.document.createElement('canvas').getContext('2d')
  if (pen === null) return [...text].reduce((sum, sign) => sum + (mono && sign < '\u2e80' ? 0.61 : emOf(sign)), 0) * size
  pen.font = `${weight} ${size}px ${families[mono ? 'mono' : 'sans']}`
  return pen.measureText(text).width
}

const narrow = new Set("iljItfr()[]|'.,:;!-/ ")
const broad = new Set('mwMW@%…')

function emOf(sign: string): number {
  if (sign >= '\u2e80') return 1
  if (narrow.has(sign)) return 0.36
  if (broad.has(sign)) return 0.95
  return sign >= 'A' && sign <= 'Z' ? 0.7 : 0.6
}
