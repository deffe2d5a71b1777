'use client'
/** The mail as it will be sent, with the data at hand. */
import { SegmentedControl } from '@mantine/core'
import { useEffect, useState } from 'react'
import { becomesHtml } from '#expressions/template.ts'
import type { StepNode } from '#graph/document.ts'
import { MailBody } from './mail-body.tsx'
import { isRead, mailText, type MailText } from './mail-text.ts'
import { sourceWords } from './source-words.ts'
import { useOutcome } from './use-outcome.ts'
import { InItemProvider, useInItem, useReadable } from './use-readable.ts'
import classes from './mail-preview.module.css'

const widths = { narrow: 360, wide: 640 }

export function MailPreview({ step }: { step: StepNode }) {
  return <InItemProvider value={step.each !== undefined}><Preview config={step.config} /></InItemProvider>
}

function Preview({ config }: { config: StepNode['config'] }) {
  const [width, setWidth] = useState<keyof typeof widths>('narrow')
  const drawn = (name: string): string => (typeof config[name] === 'string' ? config[name] : '')
  const [to, subject, from] = [useMailText(drawn('to'), { recipients: true }), useMailText(drawn('subject')), useMailText(drawn('from'))]
  const body = useMailText(drawn('body'), { html: true })
  const whose = sourceWords(useReadable())
  const html = becomesHtml(drawn('body'), body.text)
  if (drawn('subject').trim() === '' && drawn('body').trim() === '') return null
  return (
    <section className={classes.preview} data-testid="mail-preview" aria-label="Preview of the mail">
      <header>
        <h3>Preview</h3>
        <SegmentedControl size="xs" aria-label="Width of the preview" value={width} onChange={(next) => setWidth(next as keyof typeof widths)} data={[{ value: 'narrow', label: 'Narrow' }, { value: 'wide', label: 'Wide' }]} />
      </header>
      <dl>
        <div><dt>To</dt><dd>{to.text || '…'}</dd></div>
        {from.text !== '' && <div><dt>From</dt><dd>{from.text}</dd></div>}
        <div><dt>Subject</dt><dd className={classes.subject}>{subject.text || '…'}</dd></div>
      </dl>
      <MailBody text={body.text} html={html} subject={subject.text} width={widths[width]} />
      <p className={classes.note}>
        {whose === '' ? 'Connect an event to see it with real data.' : `With ${whose}.`}{[to, subject, body].some((one) => one.partly) && ' What stands in ‹ › is known once it runs.'}{/<img\b[^>]+\bsrc=["']?https?:/i.test(body.text) && ' Pictures from the web are not loaded here.'}
      </p>
    </section>
  )
}

/** While an expression is being typed, the mail stays as it was. */
function useLastRead(text: string): string {
  const [read, setRead] = useState(text)
  useEffect(() => {
    if (isRead(text)) setRead(text)
  }, [text])
  return isRead(text) ? text : read
}

function useMailText(written: string, { html = false, recipients = false }: { html?: boolean; recipients?: boolean } = {}): MailText {
  const text = useLastRead(written)
  const outcome = useOutcome(text, 'template', html ? 'html' : undefined)
  const readable = useReadable()
  const item = useInItem()
  return mailText(text, outcome, readable, { html: html && becomesHtml(text, ''), item, recipients })
}
