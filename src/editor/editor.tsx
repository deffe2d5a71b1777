'use client'
/** The editor's page: loads the workflow, opens a session, puts the parts together. */
import { ActionIcon, Button, Drawer, Loader } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { ReactFlowProvider } from '@xyflow/react'
import { IconPlayerPlay, IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { notifications } from '@mantine/notifications'
import { useStore } from 'zustand'
import { CanvasKey } from '#canvas/key.tsx'
import { CanvasMap } from '#canvas/minimap.tsx'
import { Stacked } from '#canvas/stacked.tsx'
import { Panel as FlowPanel } from '@xyflow/react'
import type { WorkflowNow } from '#server/workflows/save-draft.ts'
import { askAgain } from '#ui/ask-again.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useShell } from '#ui/shell/workspace-context.tsx'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import { useLateEditorState } from './after-paint.tsx'
import { CanvasTools } from './bar/canvas-tools.tsx'
import { DraftHistory } from './bar/history.tsx'
import { ConflictNote } from './bar/conflict-note.tsx'
import { DeletedNote } from './bar/deleted-note.tsx'
import { beginningOf } from './bar/event-to-test.ts'
import { Problems } from './bar/problems.tsx'
import { Publish } from './bar/publish.tsx'
import { SaveIndicator } from './bar/save-state.tsx'
import { openTestEvent, TestEventDialog } from './bar/test-event.tsx'
import { useBarCommand } from './commands/bar-commands.ts'
import { CommandSearch } from './commands/command-search.tsx'
import { CommentMarks } from './comments/comment-marks.tsx'
import { CommentsButton } from './comments/comments-button.tsx'
import { CommentsPanel } from './comments/comments-panel.tsx'
import { commentsUi } from './comments/comments-ui.ts'
import { PhonePoints, usePhoneMarks } from './comments/phone-comments.tsx'
import { useShortcuts } from './commands/use-shortcuts.ts'
import { EditorProvider, useEditor, useEditorState, type EditorContextValue } from './context.ts'
import { EditorCanvas } from './editor-canvas.tsx'
import { CanvasFiles } from './files/canvas-files.tsx'
import { Tour } from './tour/tour.tsx'
import { DataProvider } from './data/data-provider.tsx'
import { SamplePicker } from './data/sample-picker.tsx'
import { useDataAtHand } from './data/data-at-hand.ts'
import { FollowStrip } from './live/follow-strip.tsx'
import { useOverlay } from './live/use-overlay.ts'
import { useDraft, type DraftFacts } from './use-draft.ts'
import { useKnownValues } from './use-known-values.ts'
import { useSampledCatalog } from './use-samples.ts'
import { Panel } from './inspector/panel.tsx'
import { QuietFilters } from './preview/quiet-filter.tsx'
import { usePicking } from './picking.tsx'
import { OtherPointers, PresentPeople } from './presence/presence.tsx'
import { Palette } from './palette/palette.tsx'
import { PauseHost } from './pause/pause-host.tsx'
import { usePaused } from './pause/use-paused.ts'
import { openSession, type Session } from './session.ts'
import { Doors } from './start/doors.tsx'
import type { Editor } from './store.ts'
import { TryHost } from './try/try-host.tsx'
import { TryToolbar } from './try/try-toolbar.tsx'
import classes from './editor.module.css'
import barClasses from './bar/bar.module.css'

export function WorkflowEditor({ workspace, slug }: { workspace: string; slug: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { user: { id: author } } = useShell()
  const loaded = useQuery(trpc.workflows.get.queryOptions({ workspace, slug }))
  const [session, setSession] = useState<Session | null>(null)
  const start = loaded.data
  const id = start?.id
  const hear = useWorkflowNews(workspace, slug)
  const hearing = useRef(hear)
  hearing.current = hear
  // One session for each opening of a workflow: later answers of the query only bring versions.
  const opening = useRef(start)
  opening.current = start
  useEffect(() => {
    const { current } = opening
    if (id === undefined || current === undefined) return
    let closed = false
    let opened: Session | null = null
    void openSession({ client, workspace, slug, id, author, document: current.document, revision: current.revision, onWorkflow: (now) => hearing.current(now) }).then((made) => {
      if (closed) return made.close()
      opened = made
      setSession(made)
      if (made.recovered > 0) {
        notifications.show({ message: `${made.recovered} ${made.recovered === 1 ? 'edit' : 'edits'} from a closed tab ${made.recovered === 1 ? 'was' : 'were'} found in this browser and put back.`, autoClose: 8000, withBorder: true })
      }
    })
    return () => {
      closed = true
      opened?.close()
      setSession(null)
    }
  }, [id, client, workspace, slug, author])
  if (loaded.isError && start === undefined) {
    return <Page crumbs={[{ label: 'Workflows', path: '/workflows' }, { label: slug }]}><ErrorNote error={loaded.error} onRetry={() => void loaded.refetch()} /></Page>
  }
  if (start === undefined || session === null) {
    return <Page flush compact crumbs={[{ label: 'Workflows', path: '/workflows' }, { label: start?.name ?? slug }]}><div className={classes.loading}><Loader aria-label="Opening the workflow" /></div></Page>
  }
  return <OpenEditor editor={session.editor} workspace={workspace} slug={slug} facts={start} />
}

/** A colleague published, or gave it another name: what is said of it here is asked for again. */
function useWorkflowNews(workspace: string, slug: string): (now: WorkflowNow) => void {
  const trpc = useTRPC()
  const queries = useQueryClient()
  return ({ name, version }) => {
    const known = queries.getQueryData(trpc.workflows.get.queryKey({ workspace, slug }))
    if (known !== undefined && (known.name !== name || (known.published?.version ?? 0) !== version)) askAgain(queries, trpc.workflows.get.queryFilter({ workspace, slug }))
  }
}

function OpenEditor({ editor, workspace, slug, facts: loaded }: { editor: Editor; workspace: string; slug: string; facts: DraftFacts }) {
  const { workspace: shell } = useShell()
  const narrow = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false })
  const deleted = useStore(editor.store, (state) => state.save.kind === 'deleted')
  const viewOnly = narrow || shell.role === 'viewer' || deleted
  const document = useStore(editor.store, (state) => state.document)
  const catalog = useKnownValues(workspace, useSampledCatalog(workspace, document, loaded.catalog))
  const facts = useMemo(() => ({ ...loaded, catalog }), [loaded, catalog])
  const { findings, changes, canvasFacts, hasChanges } = useDraft(document, facts, usePaused(workspace))
  const value = useMemo((): EditorContextValue => ({
    editor, workspace, slug, name: facts.name, catalog: facts.catalog, findings, viewOnly,
    published: facts.published === null ? null : { version: facts.published.version, at: facts.published.at, functions: facts.functions, document: facts.published.document },
    place: { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC', taken: facts.catalog.functionsElsewhere.map((one) => one.slug) },
  }), [editor, workspace, slug, facts, findings, viewOnly])
  return (
    <EditorProvider value={value}><DataProvider>
      <ReactFlowProvider>
        <Page
          flush compact
          crumbs={[{ label: 'Workflows', path: '/workflows' }, { label: <BarName name={facts.name} version={facts.published?.version ?? null} hasChanges={hasChanges} viewOnly={viewOnly} /> }]}
          actions={viewOnly ? <><PresentPeople /><CommentsButton />{!narrow && <DraftHistory hasChanges={hasChanges} />}</> : <BarActions changes={changes} hasChanges={hasChanges} />}
        >
          <Workbench canvasFacts={canvasFacts} />
        </Page>
        <TestEventDialog hasChanges={hasChanges} />
        {!viewOnly && <TryHost />}
        {!viewOnly && <PauseHost />}
        {!narrow && <CommandSearch />}
        <Tour />
      </ReactFlowProvider>
    </DataProvider></EditorProvider>
  )
}

function BarName({ name, version, hasChanges, viewOnly }: { name: string; version: number | null; hasChanges: boolean; viewOnly: boolean }) {
  return (
    <span className={barClasses.barName}>
      <span className="cut" role="heading" aria-level={1}>{name}</span>
      {viewOnly
        ? <span className={barClasses.chip} data-kind="view">View only</span>
        : hasChanges && <span className={barClasses.chip} data-kind="draft">{version === null ? 'Draft' : 'Draft with changes'}</span>}
      {version !== null && <span className={barClasses.chip} data-kind="live">v{version} live</span>}
      {!viewOnly && <SaveIndicator />}
    </span>
  )
}

function BarActions({ changes, hasChanges }: { changes: ReturnType<typeof useDraft>['changes']; hasChanges: boolean }) {
  const { event, name } = useLateEditorState(({ document, selected }) => beginningOf(document, selected))
  const known = useDataAtHand().events.get(event?.id ?? '')
  const test = (): void => openTestEvent(name, known === undefined || known.cut !== undefined ? event?.sample : known.data)
  useBarCommand('test-event', test)
  return (
    <>
      <PresentPeople />
      <CommentsButton />
      <DraftHistory hasChanges={hasChanges} />
      <Problems />
      {event !== null && event.event !== '' && <SamplePicker node={event} bar />}
      <Button leftSection={<IconPlayerPlay size={15} stroke={1.7} />} onClick={test} visibleFrom="sm" data-tour="send-test">Send test event</Button>
      <ActionIcon variant="default" hiddenFrom="sm" aria-label="Send test event" onClick={test}><IconPlayerPlay size={15} stroke={1.7} /></ActionIcon>
      <Publish changes={changes} hasChanges={hasChanges} />
    </>
  )
}

function PhoneDrawing({ facts }: { facts: ReturnType<typeof useDraft>['canvasFacts'] }) {
  const { editor } = useEditor()
  const document = useEditorState((state) => state.document)
  const selected = useEditorState((state) => state.selected)
  const overlay = useOverlay()
  const markOf = usePhoneMarks()
  return (
    <div className={classes.phone}>
      <div>
        <Stacked document={document} facts={facts} selected={selected} onSelect={(id) => editor.select([id])} markOf={markOf} {...(overlay ? { overlay } : {})}>
          <PhonePoints />
        </Stacked>
      </div>
      <FollowStrip />
    </div>
  )
}

/** Only the canvas draws again while runs move on. */
function FollowedCanvas({ facts, children }: { facts: ReturnType<typeof useDraft>['canvasFacts']; children: ReactNode }) {
  return <EditorCanvas facts={facts} overlay={useOverlay()}>{children}</EditorCanvas>
}

const keyHidden = 'fanwise-canvas-key-hidden'

function Workbench({ canvasFacts }: { canvasFacts: ReturnType<typeof useDraft>['canvasFacts'] }) {
  const { viewOnly, editor } = useEditor()
  const narrow = useMediaQuery('(max-width: 820px)', false, { getInitialValueInEffect: false })
  const overlaid = useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false })
  const phone = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false })
  const someSelected = useEditorState((state) => state.selected.size > 0)
  const commenting = useStore(commentsUi, (state) => state.opened)
  const pickingOn = usePicking()
  const [sheet, setSheet] = useState(false)
  const [showKey, setShowKey] = useState(() => window.localStorage.getItem(keyHidden) === null && !narrow)
  const toggleKey = (): void => setShowKey((shown) => {
    if (shown) window.localStorage.setItem(keyHidden, '1')
    else window.localStorage.removeItem(keyHidden)
    return !shown
  })
  useShortcuts(toggleKey)
  return (
    <div className={classes.workbench}>
      {!viewOnly && !narrow && <div className={classes.palette}><Palette /></div>}
      <div className={classes.canvas}>
        <ConflictNote />
        <DeletedNote />
        <CanvasFiles />
        {phone ? <PhoneDrawing facts={canvasFacts} /> : <FollowedCanvas facts={canvasFacts}>
          <FlowPanel position="top-right" className={classes.tools}><CanvasTools onKey={toggleKey} /></FlowPanel>
          <Doors />
          <CanvasMap bare={narrow} />
          <OtherPointers />
          <FlowPanel position="bottom-left"><FollowStrip /></FlowPanel>
          <TryToolbar />
          <CommentMarks />
          {showKey && !narrow && <FlowPanel position="bottom-right"><CanvasKey onClose={toggleKey} /></FlowPanel>}
        </FollowedCanvas>}
        {overlaid && !phone && !someSelected && !commenting && <div className={classes.quiet}><QuietFilters /></div>}
        {!viewOnly && narrow && (
          <ActionIcon className={classes.add} size={48} radius="xl" variant="filled" aria-label="Add" onClick={() => setSheet(true)}><IconPlus size={22} stroke={1.7} /></ActionIcon>
        )}
      </div>
      {!overlaid && <div className={classes.panel}>{commenting ? <CommentsPanel /> : <Panel />}</div>}
      {overlaid && (commenting || (someSelected && !pickingOn)) && <div className={classes.over} data-sheet={narrow || undefined} data-covers-canvas>{commenting ? <CommentsPanel /> : <Panel />}</div>}
      <Drawer opened={sheet} onClose={() => setSheet(false)} position="bottom" size="70%" title="Add" padding={8} closeButtonProps={{ 'aria-label': 'Close' }} onExitTransitionEnd={() => editor.closeGesture()}>
        <Palette onDone={() => setSheet(false)} />
      </Drawer>
    </div>
  )
}
