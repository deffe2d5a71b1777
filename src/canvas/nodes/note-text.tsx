import { memo, type ReactNode } from 'react'
import { readNote, type Block, type Inline } from './note-markdown.ts'

/** A note's text, drawn. */
export const NoteText = memo(function NoteText({ text }: { text: string }) {
  return <Blocks blocks={readNote(text)} />
})

/** `words` draws plain text, where something in it is to be marked. On a canvas, links are no stops of the Tab key; `reachable` makes them. */
export function Blocks({ blocks, words, reachable = false }: { blocks: Block[]; words?: (text: string) => ReactNode; reachable?: boolean }) {
  const line = (parts: Inline[]) => <Line parts={parts} words={words} reachable={reachable} />
  return blocks.map((block, i) => {
    switch (block.type) {
      case 'heading': return <b key={i}>{line(block.lines[0]!)}</b>
      case 'code': return <pre key={i}>{block.text}</pre>
      case 'list': {
        const items = block.items.map((parts, n) => <li key={n}>{line(parts)}</li>)
        return block.ordered ? <ol key={i}>{items}</ol> : <ul key={i}>{items}</ul>
      }
      case 'quote':
      case 'paragraph': {
        const lines = block.lines.map((parts, n) => <span key={n}>{n > 0 && <br />}{line(parts)}</span>)
        return block.type === 'quote' ? <blockquote key={i}>{lines}</blockquote> : <p key={i}>{lines}</p>
      }
    }
  })
}

function Line({ parts, words, reachable }: { parts: Inline[]; words: ((text: string) => ReactNode) | undefined; reachable: boolean }) {
  return parts.map((part, i) => {
    switch (part.type) {
      case 'text': return <span key={i}>{words === undefined ? part.text : words(part.text)}</span>
      case 'bold': return <strong key={i}>{part.text}</strong>
      case 'italic': return <em key={i}>{part.text}</em>
      case 'code': return <code key={i}>{part.text}</code>
      case 'link': return <a key={i} className="nodrag" href={part.href} target="_blank" rel="noreferrer noopener" tabIndex={reachable ? undefined : -1}>{part.text}</a>
    }
  })
}
