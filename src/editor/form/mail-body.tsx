'use client'
/**
 * A mail's body on paper, as high as it needs to be within limits. HTML stands in a frame that runs no scripts, sends no
 * forms, opens no windows and loads nothing; it is of our origin only so that its height can be read.
 */
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef, useState, type SyntheticEvent } from 'react'
import classes from './mail-preview.module.css'

const leastHeight = 72
const mostHeight = 460
/** Of the sheet around the text. */
const margin = 18
const policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:"><meta name="color-scheme" content="light"><base target="_blank">'
const style = `<style>body{font:15px/1.5 system-ui,sans-serif;margin:${margin}px;color:#132024;background:#fff;overflow-wrap:anywhere}</style>`

export interface MailBodyProps {
  text: string
  html: boolean
  subject: string
  /** Of the reader's window, px; it is drawn smaller where there is less room. */
  width: number
}

export function MailBody({ text, html, subject, width }: MailBodyProps) {
  const paper = useElementSize()
  const { height, onLoad } = useContentHeight()
  const scale = paper.width === 0 ? 1 : Math.min(1, paper.width / width)
  if (!html) return <div className={classes.paper}><pre tabIndex={0} aria-label="Body of the mail" style={{ maxHeight: mostHeight }}>{text || '…'}</pre></div>
  const shown = Math.min(mostHeight, Math.max(leastHeight, Math.ceil(height * scale)))
  return (
    <div className={classes.paper} ref={paper.ref} style={{ height: shown }} data-testid="mail-paper">
      <iframe
        title={`Body of ${subject || 'the mail'}`} sandbox="allow-same-origin" srcDoc={`${policy}${style}${text}`} onLoad={onLoad}
        style={{ width, height: shown / scale, transform: `scale(${scale})` }}
      />
    </div>
  )
}

/** What a loaded frame needs, also after its width or its pictures changed it. */
function useContentHeight(): { height: number; onLoad(event: SyntheticEvent<HTMLIFrameElement>): void } {
  const [height, setHeight] = useState(leastHeight)
  const observer = useRef<ResizeObserver | null>(null)
  useEffect(() => () => observer.current?.disconnect(), [])
  return {
    height,
    onLoad: ({ currentTarget }) => {
      const { contentDocument } = currentTarget
      if (contentDocument === null) return
      const { body } = contentDocument
      // Links lead nowhere here.
      contentDocument.addEventListener('click', (event) => event.preventDefault())
      // What is in it: a body can be told to fill its window, and would never shrink again.
      const content = contentDocument.createRange()
      content.selectNodeContents(body)
      const measure = (): void => setHeight(content.getBoundingClientRect().bottom + (contentDocument.defaultView?.scrollY ?? 0) + margin)
      observer.current?.disconnect()
      observer.current = new ResizeObserver(measure)
      observer.current.observe(body)
      measure()
    },
  }
}
