'use client'
/** One thread: what was said, by whom and when, and a field to answer. */
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import { IconArrowLeft, IconArrowsMove, IconCheck, IconDots, IconPencil, IconRotate, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { CommentView, Thread } from '#server/comments/store.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { canvasApi } from '../canvas-api.ts'
import { colourOf, initials } from '../presence/colour.ts'
import { useEditor } from '../context.ts'
import { CommentField } from './comment-field.tsx'
import { CommentText } from './comment-text.tsx'
import { openComments } from './comments-ui.ts'
import { chooseNewPlace } from './place-comment.ts'
import { useCommentActions, usePeople } from './use-comments.ts'
import { NodeName } from './node-name.tsx'
import classes from './comments.module.css'

export function ThreadView({ thread, focus }: { thread: Thread; focus: number }) {
  const actions = useCommentActions()
  useSeen(thread.id)
  const end = useRef<HTMLDivElement>(null)
  const count = thread.comments.length
  useEffect(() => {
    // Newer browsers answer a promise, which is no way to end an effect.
    void end.current?.scrollIntoView({ block: 'nearest' })
  }, [count])
  return (
    <>
      <div className={classes.threadHead}>
        <ActionIcon size={28} aria-label="All comments" onClick={() => openComments()}><IconArrowLeft size={16} stroke={1.7} /></ActionIcon>
        <NodeName thread={thread} />
        {thread.at === null || canvasApi() === null ? null : (
          <Tooltip label="Move it to another place"><ActionIcon size={28} aria-label="Move this thread" onClick={() => chooseNewPlace(thread.id, thread.at!)}><IconArrowsMove size={16} stroke={1.7} /></ActionIcon></Tooltip>
        )}
        <Button
          size="xs" leftSection={thread.resolved === null ? <IconCheck size={14} stroke={1.7} /> : <IconRotate size={14} stroke={1.7} />}
          onClick={() => void actions.resolve(thread.id, thread.resolved === null)}
        >
          {thread.resolved === null ? 'Resolve' : 'Reopen'}
        </Button>
      </div>
      <ol className={classes.comments} aria-label="Comments of this thread">
        {thread.comments.map((comment) => <Comment key={comment.id} comment={comment} />)}
      </ol>
      {thread.resolved === null ? null : <p className={classes.settled}>Resolved by {thread.resolved.by}, <RelativeTime at={Date.parse(thread.resolved.at)} ago />. An answer opens it again.</p>}
      <CommentField key={thread.id} label="Answer" keep={thread.id} send="Answer" focus={focus} onSend={(text) => actions.answer(thread.id, text)} />
      <div ref={end} />
    </>
  )
}

function Comment({ comment }: { comment: CommentView }) {
  const actions = useCommentActions()
  const me = usePeople()?.find((one) => one.me)?.handle
  const [editing, setEditing] = useState(false)
  if (comment.removed) return <li className={classes.comment}><p className={classes.quiet}>{comment.author} took this comment back.</p></li>
  return (
    <li className={classes.comment} id={`comment-${comment.id}`}>
      <div className={classes.by}>
        <span className={classes.face} style={{ background: colourOf(comment.author) }} aria-hidden>{initials(comment.author)}</span>
        <b className="cut">{comment.author}</b>
        <span className={classes.quiet}><RelativeTime at={Date.parse(comment.at)} />{comment.edited ? ', edited' : ''}</span>
        {comment.mine && !editing && (
          <Menu position="bottom-end" width={150}>
            <Menu.Target><ActionIcon size={24} aria-label="Change this comment"><IconDots size={15} stroke={1.7} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={15} stroke={1.7} />} onClick={() => setEditing(true)}>Edit</Menu.Item>
              <Menu.Item leftSection={<IconTrash size={15} stroke={1.7} />} color="red" onClick={() => void actions.remove(comment.id)}>Delete</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {editing ? (
        <CommentField label="Edit your comment" keep={`edit ${comment.id}`} initial={comment.body} send="Save" focus={1} onSend={async (text) => {
          const done = await actions.edit(comment.id, text)
          if (done) setEditing(false)
          return done
        }}>
          <Button size="xs" onClick={() => setEditing(false)}>Keep as it was</Button>
        </CommentField>
      ) : <CommentText text={comment.body} mentions={comment.mentions} me={me} />}
    </li>
  )
}

/** Reading a thread takes its mentions off the count. */
function useSeen(thread: string): void {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  const client = useQueryClient()
  const unseen = useQuery(trpc.comments.unseen.queryOptions({ workspace })).data
  const seen = useMutation(trpc.comments.seen.mutationOptions({ onSuccess: () => client.invalidateQueries(trpc.comments.unseen.pathFilter()) }))
  const waiting = unseen?.some((one) => one.thread === thread) === true
  const { mutate } = seen
  useEffect(() => {
    if (waiting) mutate({ workspace, thread })
  }, [waiting, mutate, workspace, thread])
}
