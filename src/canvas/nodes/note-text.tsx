import { memo } from 'react'
import { readNote, type Inline } from './note-markdown.ts'

/** A note's text, drawn. */
export const NoteText = memo(function NoteText({ text }: { text: string }) {
  return readNote(text).map((block, i) => {
    switch (block.type) {
      case 'heading': return <b key={i}><Line parts={block.lines[0]!} /></b>
      case 'code': return <pre key={i}>{block.text}</pre>
      case 'list': {
        const items = block.items.map((parts, n) => <li key={n}><Line parts={parts} /></li>)
        return block.ordered ? <ol key={i}>{items}</ol> : <ul key={i}>{items}</ul>
      }
      case 'quote':
      case 'paragraph': {
        const lines = block.lines.map((parts, n) => <span key={n}>{n > 0 && <br />}<Line parts={parts} /></span>)
        return block.type === 'quote' ? <blockquote key={i}>{lines}</blockquote> : <p key={i}>{lines}</p>
      }
    }
  })
})

function Line({ parts }: { parts: Inline[] }) {
  return parts.map((part, i) => {
    switch (part.type) {
      case 'text': return <span key={i}>{part.text}</span>
      case 'bold': return <strong key={i}>{part.text}</strong>
      case 'italic': return <em key={i}>{part.text}</em>
      case 'code': return <code key={i}>{part.text}</code>
      case 'link': return <a key={i} className="nodrag" href={part.href} target="_blank" rel="noreferrer noopener" tabIndex={-1}>{part.text}</a>
    }
  })
}
