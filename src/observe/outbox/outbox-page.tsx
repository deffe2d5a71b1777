'use client'
/** Mails that steps sent while no SMTP server is set: a list, and the mail as its reader would see it. */
import { Button, Loader, SegmentedControl } from '@mantine/core'
import { IconArrowLeft, IconMail } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './outbox.module.css'

export function OutboxPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const router = useRouter()
  const pathname = usePathname()
  const picked = useSearchParams().get('mail')
  const list = useInfiniteQuery(trpc.outbox.list.infiniteQueryOptions({ workspace: workspace.slug, limit: 50 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }))
  const mails = list.data?.pages.flatMap((page) => page.data) ?? []
  // The newest when the page was opened: one that comes while it is read does not take its place.
  const [newest, setNewest] = useState<string | null>(null)
  if (newest === null && mails[0] !== undefined) setNewest(mails[0].id)
  const current = picked ?? newest
  const pick = (id: string | null) => router.replace(id === null ? pathname : `${pathname}?mail=${id}`, { scroll: false })
  return (
    <Page crumbs={[{ label: 'Outbox' }]} flush>
      <div className={classes.layout} data-reading={picked !== null || undefined}>
        <section className={classes.list} aria-label="Mails">
          <div className={classes.head}>
            <h1 className={classes.title}>Outbox</h1>
            <p className={classes.quiet}>No SMTP server is needed to try things: these mails were kept here and delivered to nobody.</p>
          </div>
          {list.error === null ? null : <div className={classes.inset}><ErrorNote error={list.error} onRetry={() => void list.refetch()} /></div>}
          {list.isPending ? <div className={classes.inset}><Loader aria-label="Loading mails" /></div> : null}
          {list.isSuccess && mails.length === 0 ? (
            <div className={classes.inset}>
              <EmptyState title="No mails yet" icon={<IconMail size={22} stroke={1.6} />}>A mail appears here the moment a “Send e-mail” step runs. To deliver mails, set <code>FANWISE_SMTP_URL</code> where Fanwise is hosted.</EmptyState>
            </div>
          ) : null}
          <ul className={classes.mails}>
            {mails.map((mail) => (
              <li key={mail.id}>
                <button type="button" className={classes.mail} data-on={mail.id === current || undefined} onClick={() => pick(mail.id)}>
                  <span className={classes.to}><span className="cut">{mail.to}</span><span className={classes.quiet}><RelativeTime at={Date.parse(mail.at)} /></span></span>
                  <span className={`${classes.subject} cut`}>{mail.subject}</span>
                </button>
              </li>
            ))}
          </ul>
          {list.hasNextPage ? <div className={classes.inset}><Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show older mails</Button></div> : null}
        </section>
        <section className={classes.reader} aria-label="Mail">
          {current === null ? null : <Reader key={current} id={current} onBack={() => pick(null)} />}
        </section>
      </div>
    </Page>
  )
}

function Reader({ id, onBack }: { id: string; onBack(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const mail = useQuery(trpc.outbox.get.queryOptions({ workspace: workspace.slug, id }, { staleTime: Infinity }))
  const [view, setView] = useState('html')
  if (mail.error !== null) return <div className={classes.inset}><ErrorNote error={mail.error} /></div>
  if (mail.data === undefined) return <div className={classes.inset}><Loader aria-label="Loading the mail" /></div>
  const { html, text } = mail.data
  const shown = html === null ? 'text' : view
  return (
    <>
      <div className={classes.readerHead}>
        <Button className={classes.back} size="xs" leftSection={<IconArrowLeft size={14} stroke={1.7} />} onClick={onBack}>All mails</Button>
        <h2 className={classes.readerTitle}>{mail.data.subject}</h2>
        <dl className={classes.facts}>
          <div><dt>To</dt><dd>{mail.data.to}</dd></div>
          <div><dt>From</dt><dd>{mail.data.from}</dd></div>
          {mail.data.run === null ? null : <div><dt>Sent by</dt><dd><Link href={workspace.path(`/runs/${mail.data.run}`)}>{mail.data.step === null ? 'a run' : <>step <span className="mono">{mail.data.step}</span> of a run</>}</Link></dd></div>}
        </dl>
        <SegmentedControl className={classes.switch} aria-label="Form of the mail" value={shown} onChange={setView} data={[{ value: 'html', label: 'As seen', disabled: html === null }, { value: 'text', label: html === null ? 'Text' : 'Source' }]} />
      </div>
      {shown === 'html' && html !== null ? (
        // Sandboxed without any permission: scripts do not run, forms do not send, and the policy loads nothing from outside.
        <iframe className={classes.frame} title={`Mail: ${mail.data.subject}`} sandbox="" srcDoc={`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><meta name="color-scheme" content="light"><style>body{font:15px/1.5 system-ui,sans-serif;margin:20px;color:#132024;background:#fff;overflow-wrap:anywhere}</style>${html}`} />
      ) : <pre className={classes.text} tabIndex={0}>{text === null ? html : <Linked text={text} />}</pre>}
    </>
  )
}

const address = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/

/** Addresses in a text mail lead somewhere, as in any mail program. */
function Linked({ text }: { text: string }) {
  return <>{text.split(address).map((part, i) => (i % 2 === 1 ? <a key={i} href={part} rel="noreferrer">{part}</a> : part))}</>
}
