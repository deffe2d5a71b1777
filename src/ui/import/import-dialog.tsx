'use client'
/** A file before it becomes a workflow: what it makes, what gets new names, what does not fit and why. */
import { Button, Loader, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { GraphDocument } from '#graph/document.ts'
import type { FilePreview, FileRefused } from '#server/workflows/import-file.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { Prose } from '#ui/prose.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { countsSentence } from './import-words.ts'
import classes from './import.module.css'

export interface ImportFile {
  name: string
  text: string
}

export interface ImportDialogProps {
  /** Null: closed. */
  file: ImportFile | null
  onClose(): void
  /** Draws what is in the file. */
  picture(document: GraphDocument): ReactNode
  /** In an open drawing: puts the file's parts there instead. */
  onInsert?: (preview: FilePreview) => void
}

export function ImportDialog({ file, onClose, picture, onInsert }: ImportDialogProps) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const { mutate, data, error, reset } = useMutation(trpc.files.preview.mutationOptions())
  const look = (): void => {
    if (file !== null) mutate({ workspace: workspace.slug, text: file.text, fileName: file.name })
  }
  useEffect(() => {
    reset()
    if (file !== null) mutate({ workspace: workspace.slug, text: file.text, fileName: file.name })
  }, [file, mutate, reset, workspace.slug])
  return (
    <Modal opened={file !== null} onClose={onClose} title={`Import ${file?.name ?? ''}`} size={560} data-testid="import">
      {error === null ? null : <ErrorNote error={error} onRetry={look} />}
      {file === null || error !== null ? null : data === undefined ? <Loader aria-label="Reading the file" />
        : data.refused === null ? <Accepted key={file.text} file={file} preview={data} picture={picture} onClose={onClose} onInsert={onInsert} /> : <RefusedFile file={data} onClose={onClose} />}
    </Modal>
  )
}

function RefusedFile({ file, onClose }: { file: FileRefused; onClose: () => void }) {
  const { path } = useWorkspace()
  return (
    <div className={classes.parts}>
      <div className={classes.refused} data-foreign={file.foreign || undefined} role="alert"><StatusGlyph state={file.foreign ? 'warning' : 'error'} label="" /><div><b><Prose>{file.refused}</Prose></b><p><Prose>{file.fix}</Prose></p></div></div>
      <Problems {...file} title={file.foreign ? 'What does the work of its parts here' : 'Why'} />
      <div className={classes.buttons}>
        <Button onClick={onClose}>Close</Button>
        {file.foreign ? <Button variant="filled" component={Link} href={path('/templates')} onClick={onClose}>See the templates</Button> : null}
      </div>
    </div>
  )
}

type AcceptedProps = Pick<ImportDialogProps, 'onClose' | 'picture'> & { file: ImportFile; preview: FilePreview; onInsert: ImportDialogProps['onInsert'] | undefined }

function Accepted({ file, preview, onClose, picture, onInsert }: AcceptedProps) {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [name, setName] = useState(preview.name)
  const field = useRef<HTMLInputElement>(null)
  // The dialog gave the keyboard to its first button while the file was read.
  useEffect(() => field.current?.select(), [])
  const create = useMutation(trpc.files.import.mutationOptions({
    onSuccess: ({ slug }) => {
      void client.invalidateQueries(trpc.workflows.list.pathFilter())
      router.push(workspace.path(`/workflows/${slug}`))
    },
  }))
  const without = preview.problemCount === 0 ? '' : ' what fits'
  return (
    <form className={classes.parts} onSubmit={(event) => { event.preventDefault(); create.mutate({ workspace: workspace.slug, text: file.text, name }) }}>
      <span className={classes.picture}>{picture(preview.document)}</span>
      <p className={classes.sentence}>{countsSentence(preview.counts)} It becomes a draft of its own: nothing runs before you publish it.</p>
      <TextInput label="Name" value={name} required withAsterisk={false} maxLength={80} ref={field} onChange={(event) => setName(event.currentTarget.value)} />
      <Changes preview={preview} />
      <Problems {...preview} title={`${preview.problemCount === 1 ? 'One part does' : `${preview.problemCount} parts do`} not fit and will be left out`} />
      {create.error === null ? null : <ErrorNote error={create.error} />}
      <div className={classes.buttons}>
        <Button onClick={onClose}>Close</Button>
        {onInsert === undefined ? null : <Button onClick={() => onInsert(preview)}>Insert{without} here</Button>}
        <Button type="submit" variant="filled" loading={create.isPending || create.isSuccess} disabled={name.trim() === ''}>Import{without}</Button>
      </div>
    </form>
  )
}

/** What will not be as it is in the file. */
function Changes({ preview: { renamed, webhooks, errors, warnings } }: { preview: FilePreview }) {
  const rows: ReactNode[] = [
    ...renamed.map(({ from, to }) => <><code>{from}</code> is a function of this workspace already; this one becomes <code>{to}</code>.</>),
    ...webhooks.map(({ name, newAddress }) => newAddress ? <>The webhook {name || 'without a name'} gets an address of its own: the one in the file is in use.</> : <>The webhook {name || 'without a name'} keeps the address it has in the file.</>),
    ...(errors > 0 ? [<>{errors} {errors === 1 ? 'thing has' : 'things have'} to be put right before it can be published. The editor shows where.</>] : []),
    ...(errors === 0 && warnings > 0 ? [<>{warnings} {warnings === 1 ? 'thing is' : 'things are'} worth a look. The editor shows where.</>] : []),
  ]
  if (rows.length === 0) return null
  return <ul className={classes.changes} aria-label="What changes">{rows.map((row, i) => <li key={i}>{row}</li>)}</ul>
}

function Problems({ problems, problemCount, title }: { problems: { place: string; message: string; fix: string }[]; problemCount: number; title: string }) {
  if (problemCount === 0) return null
  return (
    <section className={classes.problems} aria-label={title}>
      <h3>{title}</h3>
      <ul tabIndex={0}>
        {problems.map((one, i) => <li key={i}><b>{one.place}</b> <Prose>{one.message}</Prose> <span><Prose>{one.fix}</Prose></span></li>)}
        {problemCount > problems.length ? <li>and {problemCount - problems.length} more</li> : null}
      </ul>
    </section>
  )
}
