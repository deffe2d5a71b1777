'use client'
/** An empty canvas: three ways to begin, each one press. Gone with the first thing that is drawn. */
import { Button } from '@mantine/core'
import Link from 'next/link'
import { useMemo, useState, type ReactNode } from 'react'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import { fromTemplate, templates } from '#examples/templates/list.ts'
import { newHookId, type Added } from '#graph/edit/add-node.ts'
import { useOrigin } from '#ui/use-origin.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { announce } from '../commands/announce.ts'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState } from '../context.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'
import { slugsOf } from '#graph/edit/names.ts'
import { beginWithSchedule, beginWithWebhook } from './begin.ts'
import classes from './start.module.css'

const suggested = ['lead-routing', 'incident-escalation', 'nightly-sync']

export function Doors() {
  const empty = useEditorState((state) => Object.keys(state.document.nodes).length === 0)
  const { viewOnly } = useEditor()
  return empty && !viewOnly ? <OpenDoors /> : null
}

function OpenDoors() {
  const { editor, place, slug } = useEditor()
  // The address is made once, so that the one that is read here is the one that is drawn.
  const [hookId] = useState(newHookId)
  const origin = useOrigin()
  const begin = (label: string, draw: (middle: { x: number; y: number }) => Added): void => {
    const added = draw(canvasApi()?.middle() ?? { x: 0, y: 0 })
    editor.edit(label, () => added.document, { select: [added.id] })
    announce(`${label}. Its settings are in the panel.`)
    fitOnceDrawn()
  }
  return (
    <section className={classes.doors} aria-label="Begin" data-testid="doors" data-over-canvas>
      <header>
        <h2>What starts it?</h2>
        <p>Choose a way to begin, or add anything by yourself.</p>
      </header>
      <div className={classes.row}>
        <Door kind={<PaletteGlyph kind="webhook" />} title="A webhook" about="Another system calls this address, and each call is an event. One press, and it answers.">
          <code className={classes.address}>{'curl -X POST '}<span data-testid="door-address">{origin ?? ''}/hooks/{hookId}</span>{` \\\n-H 'content-type: application/json' \\\n-d '{"hello":"world"}'`}</code>
          <Button variant="filled" onClick={() => begin('Start with a webhook', (middle) => beginWithWebhook(editor.store.getState().document, middle, { hookId, workflow: slug }))}>Use this address</Button>
        </Door>
        <Door kind={<PaletteGlyph kind="schedule" />} title="A schedule" about="A function runs at times you choose, in your time zone.">
          <p className={classes.sample}>Mondays at 9, {place.timezone.replaceAll('_', ' ')}</p>
          <Button variant="filled" onClick={() => begin('Start with a schedule', (middle) => beginWithSchedule(editor.store.getState().document, middle, place))}>Begin with a schedule</Button>
        </Door>
        <Suggestions />
      </div>
    </section>
  )
}

function Door({ kind, title, about, children }: { kind: ReactNode; title: string; about: string; children: ReactNode }) {
  return (
    <article className={classes.door}>
      <h3><span className={classes.glyph}>{kind}</span>{title}</h3>
      <p>{about}</p>
      {children}
    </article>
  )
}

function Suggestions() {
  const { editor, place } = useEditor()
  const { path } = useWorkspace()
  const shown = useMemo(() => suggested.flatMap((slug) => templates.find((one) => one.slug === slug) ?? []).map((template) => ({ template, drawing: template.draw() })), [])
  return (
    <Door kind={<PaletteGlyph kind="function" />} title="A template" about="A finished drawing to change. It runs against the playground as it is.">
      <ul className={classes.templates}>
        {shown.map(({ template, drawing }) => (
          <li key={template.slug}>
            <button
              type="button" title={template.blurb}
              onClick={() => {
                editor.edit(`Start from ${template.name}`, (document) => fromTemplate(template, [...slugsOf(document), ...(place.taken ?? [])]), { select: [] })
                announce(`Start from ${template.name}.`)
                fitOnceDrawn()
              }}
            >
              <span className={classes.picture}><Thumbnail document={drawing} label={`Drawing of ${template.name}`} /></span>
              <span>{template.name}</span>
            </button>
          </li>
        ))}
      </ul>
      <Link className={classes.all} href={path('/templates')}>All {templates.length} templates</Link>
    </Door>
  )
}

/** The nodes are measured in the frame after they are drawn. */
function fitOnceDrawn(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => canvasApi()?.fit()))
}
