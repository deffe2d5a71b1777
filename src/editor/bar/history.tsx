'use client'
/** The way back: what the draft was, one click from being that again. A restore is an edit like any other, so it can be undone. */
import { ActionIcon, Button, Loader, NativeSelect, Popover, Tooltip } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { GraphDocument } from '#graph/document.ts'
import type { HistoryEntry } from '#server/workflows/history.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { formatClock, formatMoment } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useNow } from '#ui/use-now.ts'
import { useBarCommand } from '../commands/bar-commands.ts'
import { useEditor, useEditorState } from '../context.ts'
import { Compare, type Named } from '../review/compare.tsx'
import { countsText, reasonText, restoreText } from './history-words.ts'
import classes from './history.module.css'

export function DraftHistory({ hasChanges }: { hasChanges: boolean }) {
  const [open, setOpen] = useState(false)
  const [compared, setCompared] = useState<[Named, Named] | null>(null)
  const [picked, setPicked] = useState<HistoryEntry | null>(null)
  const show = (): void => {
    setPicked(null)
    setOpen(true)
  }
  useBarCommand('history', show)
  const compare = (before: Named, after: Named): void => {
    setOpen(false)
    setCompared([before, after])
  }
  return (
    <>
      <Popover opened={open} onChange={setOpen} width={360} position="bottom-end" trapFocus>
        <Popover.Target>
          <Tooltip label="History" disabled={open}>
            <ActionIcon size={32} aria-label="History" aria-expanded={open} data-testid="history" onClick={() => (open ? setOpen(false) : show())}><IconHistory size={17} stroke={1.7} /></ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown p={0}>{open && <HistoryList hasChanges={hasChanges} picked={picked} onPick={setPicked} onDone={() => setOpen(false)} onCompare={compare} />}</Popover.Dropdown>
      </Popover>
      {compared !== null && (
        <Compare
          before={compared[0]} after={compared[1]} onClose={() => {
            setCompared(null)
            // Back to where it was chosen.
            setOpen(true)
          }}
        />
      )}
    </>
  )
}

/** Replaces the drawing by one edit and says how to take that back. */
function useBecome(onDone: () => void): (label: string, document: GraphDocument, done: string) => void {
  const { editor } = useEditor()
  return (label, document, done) => {
    editor.closeGesture()
    editor.edit(label, () => document, { select: [] })
    onDone()
    notifyDone(`${done} Undo brings back what was here.`)
  }
}

type OnCompare = (before: Named, after: Named) => void

interface ListProps {
  hasChanges: boolean
  /** The entry that is looked at. */
  picked: HistoryEntry | null
  onPick: (entry: HistoryEntry | null) => void
  onDone: () => void
  onCompare: OnCompare
}

function HistoryList({ hasChanges, picked, onPick, onDone, onCompare }: ListProps) {
  const { workspace, slug, viewOnly } = useEditor()
  const trpc = useTRPC()
  const history = useQuery(trpc.workflows.history.queryOptions({ workspace, slug }, { staleTime: 0 }))
  const key = (entry: HistoryEntry): string => `${entry.revision} ${entry.reason}`
  return (
    <>
      {!viewOnly && <Discard hasChanges={hasChanges} onDone={onDone} />}
      {history.error !== null && <div className={classes.note}><ErrorNote error={history.error} onRetry={() => void history.refetch()} /></div>}
      {history.isPending && <div className={classes.note}><Loader size="sm" aria-label="Loading the history" /></div>}
      {history.data?.length === 0 && <p className={classes.note}>Nothing is kept yet. The first edit keeps what was here before it; then every five minutes of editing, every publish and every test.</p>}
      <ol className={classes.entries}>
        {history.data?.map((entry) => (
          <li key={key(entry)}>
            <Entry entry={entry} open={picked !== null && key(picked) === key(entry)} onPick={onPick} />
            {picked !== null && key(picked) === key(entry) && <Preview entry={entry} all={history.data} onDone={onDone} onCompare={onCompare} />}
          </li>
        ))}
      </ol>
    </>
  )
}

function Entry({ entry, open, onPick }: { entry: HistoryEntry; open: boolean; onPick: (entry: HistoryEntry | null) => void }) {
  const now = useNow(60_000)
  const at = Date.parse(entry.at)
  return (
    <button type="button" className={classes.entry} aria-expanded={open} onClick={() => onPick(open ? null : entry)}>
      <span className={classes.first}>
        <b>{reasonText(entry.reason)}</b>
        <time className="num" dateTime={entry.at} title={formatMoment(at)}>{formatClock(at, now || at).replace(/:\d\d$/, '')}</time>
      </span>
      <span className={classes.second}>{entry.author === null ? '' : `${entry.author} · `}{countsText(entry.counts)}</span>
      {entry.note !== null && <span className={classes.why}>“{entry.note}”</span>}
    </button>
  )
}

function Preview({ entry, all, onDone, onCompare }: { entry: HistoryEntry; all: HistoryEntry[]; onDone: () => void; onCompare: OnCompare }) {
  const { workspace, slug, viewOnly } = useEditor()
  const document = useEditorState((state) => state.document)
  const trpc = useTRPC()
  const become = useBecome(onDone)
  const kept = useQuery(trpc.workflows.snapshot.queryOptions({ workspace, slug, revision: entry.revision, reason: entry.reason }, { staleTime: Infinity }))
  if (kept.error !== null) return <div className={classes.note}><ErrorNote error={kept.error} onRetry={() => void kept.refetch()} /></div>
  if (kept.data === undefined) return <div className={classes.preview}><Loader size="xs" aria-label="Loading the version" /></div>
  const text = restoreText(document, kept.data)
  const when = formatClock(Date.parse(entry.at)).replace(/:\d\d$/, '')
  return (
    <>
      {!viewOnly && <div className={classes.preview} role="status">
        <span>{text}</span>
        <Button size="xs" variant="filled" disabled={!text.startsWith('Restoring')} onClick={() => become(`Restore version of ${when}`, kept.data, `The version of ${when} is back.`)}>Restore</Button>
      </div>}
      <CompareWith entry={entry} document={kept.data} all={all} onCompare={onCompare} />
    </>
  )
}

const draft = 'draft'

/** Any other entry, or the drawing as it is now; the older one is always the left side. */
function CompareWith({ entry, document, all, onCompare }: { entry: HistoryEntry; document: GraphDocument; all: HistoryEntry[]; onCompare: OnCompare }) {
  const { workspace, slug } = useEditor()
  const now = useEditorState((state) => state.document)
  const trpc = useTRPC()
  const client = useQueryClient()
  const [other, setOther] = useState(draft)
  const key = (one: HistoryEntry): string => `${one.revision} ${one.reason}`
  const compare = async (): Promise<void> => {
    const mine: Named = { name: entryName(entry), document }
    const found = all.find((one) => key(one) === other)
    if (found === undefined) return onCompare(mine, { name: 'the draft', document: now })
    try {
      const theirs: Named = { name: entryName(found), document: await client.fetchQuery(trpc.workflows.snapshot.queryOptions({ workspace, slug, revision: found.revision, reason: found.reason }, { staleTime: Infinity })) }
      if (Date.parse(found.at) < Date.parse(entry.at)) onCompare(theirs, mine)
      else onCompare(mine, theirs)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <div className={classes.preview}>
      <NativeSelect
        size="xs" aria-label="Compare with" value={other} onChange={(event) => setOther(event.currentTarget.value)} style={{ flex: 1 }}
        data={[{ value: draft, label: 'the draft' }, ...all.filter((one) => one !== entry).map((one) => ({ value: key(one), label: entryName(one) }))]}
      />
      <Button size="xs" onClick={() => void compare()}>Compare</Button>
    </div>
  )
}

function entryName({ reason, at }: HistoryEntry): string {
  return `${/^publish (v\d+)$/.exec(reason)?.[1] ?? reasonText(reason)} of ${formatClock(Date.parse(at)).replace(/:\d\d$/, '')}`
}

function Discard({ hasChanges, onDone }: { hasChanges: boolean; onDone: () => void }) {
  const { workspace, slug, published } = useEditor()
  const trpc = useTRPC()
  const client = useQueryClient()
  const become = useBecome(onDone)
  if (published === null || !hasChanges) return null
  const discard = (): void => {
    const live = client.getQueryData(trpc.workflows.get.queryKey({ workspace, slug }))?.published?.document
    if (live !== undefined) become('Discard draft', live, `Back to v${published.version}.`)
  }
  return (
    <div className={classes.discard}>
      <span>The drawing has changes that are not live.</span>
      <Button size="xs" onClick={discard}>Back to v{published.version}</Button>
    </div>
  )
}
