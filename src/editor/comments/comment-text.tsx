import { memo } from 'react'
import { Blocks } from '#canvas/nodes/note-text.tsx'
import { readBlocks } from '#canvas/nodes/note-markdown.ts'
import { mentionPlaces, type Mentionable } from '#base/mentions.ts'
import classes from './comments.module.css'

/** A comment's words: the Markdown of notes, with the people it names marked. */
export const CommentText = memo(function CommentText({ text, mentions, me }: { text: string; mentions: readonly string[]; me: string | undefined }) {
  const people: Mentionable[] = mentions.map((handle) => ({ id: handle, handle, email: handle }))
  const words = (part: string) => {
    const pieces = []
    let at = 0
    for (const { start, length, id } of mentionPlaces(part, people)) {
      if (start > at) pieces.push(part.slice(at, start))
      pieces.push(<span key={start} className={classes.mention} data-me={id === me || undefined}>{part.slice(start, start + length)}</span>)
      at = start + length
    }
    return [...pieces, part.slice(at)]
  }
  return <div className={classes.text}><Blocks blocks={readBlocks(text)} words={words} reachable /></div>
})
