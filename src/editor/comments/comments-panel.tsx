'use client'
/** The comments, in the side panel's place: all threads, those of what is selected first, or one of them. */
import { ActionIcon, Button, SegmentedControl } from '@mantine/core'
import { IconMessagePlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { nodeTitle } from '#canvas/describe.ts'
import { plainText } from '#canvas/nodes/note-markdown.ts'
import type { Thread, ThreadPlace } from '#server/comments/store.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState } from '../context.ts'
import { CommentField } from './comment-field.tsx'
import { closeComments, commentsUi, openComments } from './comments-ui.ts'
import { threadTitle } from './node-name.tsx'
import { choosePlace } from './place-comment.ts'
import { ThreadView } from './thread-view.tsx'
import { threadOf, useCommentActions, useThreads } from './use-comments.ts'
import inspector from '../inspector/inspector.module.css'
import classes from './comments.module.css'

export function CommentsPanel() {
  const { thread: wanted, focus } = useStore(commentsUi)
  const { threads, loaded, error, again } = useThreads()
  const thread = threadOf(threads, wanted)
  return (
    <aside className={inspector.panel} data-testid="comments" aria-label="Comments">
      <header className={inspector.head}>
        <div className={inspector.titles}><h2>Comments</h2></div>
        <ActionIcon size={28} aria-label="Close the comments" onClick={closeComments}><IconX size={16} stroke={1.7} /></ActionIcon>
      </header>
      <div className={inspector.body}>
        {error === null ? null : <ErrorNote error={error} onRetry={again} />}
        {wanted !== null && loaded && thread === undefined ? <p className={classes.quiet}>This thread was deleted.</p> : null}
        {thread === undefined ? <ThreadList threads={threads} loaded={loaded} focus={focus} /> : <ThreadView thread={thread} focus={focus} />}
      </div>
    </aside>
  )
}

function ThreadList({ threads, loaded, focus }: { threads: Thread[]; loaded: boolean; focus: number }) {
  const [shown, setShown] = useState<'open' | 'resolved'>('open')
  const selected = useEditorState((state) => state.selected)
  const here = (one: Thread): number => (one.node !== null && selected.has(one.node) ? 0 : 1)
  const last = (one: Thread): string => one.comments.at(-1)?.at ?? ''
  const open = threads.filter((one) => one.resolved === null)
  const list = (shown === 'open' ? open : threads.filter((one) => one.resolved !== null)).sort((a, b) => here(a) - here(b) || (last(a) < last(b) ? 1 : -1))
  return (
    <>
      <Begin focus={focus} />
      {threads.length === 0 ? null : (
        <SegmentedControl
          fullWidth aria-label="Which comments" value={shown} onChange={(value) => setShown(value as 'open' | 'resolved')}
          data={[{ value: 'open', label: `Open (${open.length})` }, { value: 'resolved', label: `Resolved (${threads.length - open.length})` }]}
        />
      )}
      {loaded && threads.length === 0 ? <p className={classes.quiet}>Nobody has said anything about this drawing yet. Comments are no part of it: they are not published and not exported.</p> : null}
      {threads.length > 0 && list.length === 0 ? <p className={classes.quiet}>{shown === 'open' ? 'Everything is resolved.' : 'Nothing is resolved yet.'}</p> : null}
      <ul className={classes.threads}>{list.map((thread) => <li key={thread.id}><Card thread={thread} /></li>)}</ul>
    </>
  )
}

/** A new thread: at the place that was chosen on the canvas, or on the one thing that is selected. */
function Begin({ focus }: { focus: number }) {
  const { editor } = useEditor()
  const actions = useCommentActions()
  const draft = useStore(commentsUi, (state) => state.draft)
  const selected = useEditorState((state) => state.selected)
  const nodes = useEditorState((state) => state.document.nodes)
  const [id] = selected
  const node = id === undefined || selected.size > 1 ? undefined : nodes[id]
  const on: ThreadPlace | null = draft !== null ? { at: draft } : node === undefined ? null : { node: node.id, title: nodeTitle(node) }
  if (on === null) {
    return (
      <div className={classes.begin}>
        <p className={classes.quiet}>{canvasApi() === null ? 'Touch one thing in the drawing to comment on it.' : 'Select one thing in the drawing to comment on it, or choose a place.'}</p>
        {canvasApi() === null ? null : <Button size="xs" leftSection={<IconMessagePlus size={14} stroke={1.7} />} onClick={() => choosePlace(editor)}>Comment at a place</Button>}
      </div>
    )
  }
  const keep = 'at' in on ? 'point' : `node ${on.node}`
  return (
    <CommentField key={keep} label={'at' in on ? 'Comment at this place' : `Comment on ${on.title}`} keep={keep} send="Comment" focus={focus} onSend={async (text) => {
      const thread = await actions.begin(on, text)
      if (thread !== null) openComments(thread)
      return thread !== null
    }}>
      {'at' in on ? <Button size="xs" onClick={() => openComments()}>Not here</Button> : null}
    </CommentField>
  )
}

function Card({ thread }: { thread: Thread }) {
  const { editor } = useEditor()
  const node = useEditorState((state) => state.document.nodes[thread.node ?? ''])
  const [first] = thread.comments
  const last = thread.comments.at(-1)
  if (first === undefined || last === undefined) return null
  const answers = thread.comments.length - 1
  const open = (): void => {
    if (thread.at !== null) {
      editor.select([])
      canvasApi()?.showPoint(thread.at)
    } else if (node !== undefined) {
      editor.select([node.id])
      canvasApi()?.keepInView(node.id)
    }
    openComments(thread.id)
  }
  return (
    <button type="button" className={classes.card} onClick={open} data-testid="comment-thread">
      <span className={classes.cardOn}><b className="cut">{threadTitle(thread, node)}</b>{thread.node !== null && node === undefined ? <small>deleted</small> : null}</span>
      <span className={classes.cardText}>{first.removed ? `${first.author} took this comment back.` : plainText(first.body)}</span>
      <span className={classes.cardFoot}>
        <span className="cut">{first.author}{answers === 0 ? '' : ` and ${answers} ${answers === 1 ? 'answer' : 'answers'}`}</span>
        <RelativeTime at={Date.parse(last.at)} />
      </span>
    </button>
  )
}
