'use client'
/** On a phone: the marks on the column's cards, and under it the threads that stand at points of the canvas, beside what is nearest. */
import { useMemo, type ReactNode } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import { layScene, type Box } from '#canvas/scene.ts'
import type { GraphDocument, Position } from '#graph/document.ts'
import { plainText } from '#canvas/nodes/note-markdown.ts'
import type { Thread } from '#server/comments/store.ts'
import { useEditor, useEditorState } from '../context.ts'
import { openComments } from './comments-ui.ts'
import { useOpenByNode, useThreads } from './use-comments.ts'
import classes from './comments.module.css'

/** A function's card stands for its steps, too. */
export function usePhoneMarks(): (id: string) => ReactNode {
  const { editor } = useEditor()
  const byNode = useOpenByNode()
  const nodes = useEditorState((state) => state.document.nodes)
  const byCard = useMemo(() => {
    const cards = new Map<string, Thread[]>()
    for (const [id, threads] of byNode) {
      const node = nodes[id]
      const card = node?.type === 'step' ? node.parent : id
      cards.set(card, [...(cards.get(card) ?? []), ...threads])
    }
    return cards
  }, [byNode, nodes])
  return (id) => {
    const threads = byCard.get(id) ?? []
    const node = nodes[id]
    if (threads.length === 0 || node === undefined) return null
    const open = (): void => {
      editor.select([threads[0]!.node ?? id])
      openComments(threads.length === 1 ? threads[0]!.id : null)
    }
    return <button type="button" className={classes.phoneMark} data-testid="comment-mark" aria-label={`${threads.length} ${threads.length === 1 ? 'thread' : 'threads'} on ${nodeTitle(node)}`} onClick={open}>{threads.length}</button>
  }
}

export function PhonePoints() {
  const { threads } = useThreads()
  const document = useEditorState((state) => state.document)
  const points = threads.filter((one) => one.at !== null && one.resolved === null)
  if (points.length === 0) return null
  return (
    <section className={classes.phonePoints} aria-label="Comments on the canvas">
      <h2>Comments on the canvas</h2>
      <ul className={classes.threads}>
        {points.map((thread) => {
          const [first] = thread.comments
          const near = nearest(document, thread.at!)
          return (
            <li key={thread.id}>
              <button type="button" className={classes.card} data-testid="comment-point" onClick={() => openComments(thread.id)}>
                <span className={classes.cardOn}><b className="cut">{near === null ? 'On the canvas' : `Near ${near}`}</b></span>
                <span className={classes.cardText}>{first === undefined || first.removed ? 'The first comment was taken back.' : `${first.author}: ${plainText(first.body)}`}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** What stands nearest to a point, by name. */
function nearest(document: GraphDocument, at: Position): string | null {
  const away = (box: Box): number => Math.hypot(Math.max(box.x - at.x, 0, at.x - box.x - box.w), Math.max(box.y - at.y, 0, at.y - box.y - box.h))
  let best: { box: Box; far: number } | null = null
  for (const box of layScene(document).boxes.values()) {
    const far = away(box)
    if (best === null || far < best.far) best = { box, far }
  }
  return best && nodeTitle(best.box.node)
}
