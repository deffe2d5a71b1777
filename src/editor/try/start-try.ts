'use client'
/** Starts a part of the drawing as it is on the screen, with what is at hand. */
import { useEffect } from 'react'
import { isFanwiseError } from '#base/errors.ts'
import { isJsonObject, type JsonObject } from '#base/json.ts'
import { nodeTitle } from '#canvas/describe.ts'
import type { GraphDocument } from '#graph/document.ts'
import { cutDrawing, type Cut, type Part } from '#graph/trial/cut.ts'
import { errorShape, useTRPCClient } from '#ui/trpc.tsx'
import { announce } from '../commands/announce.ts'
import { useEditor } from '../context.ts'
import { useDataAtHand } from '../data/data-at-hand.ts'
import { notSavedYet } from '../bar/send-test.ts'
import { followEvent } from '../live/follow.ts'
import { outsideCalls, outsideFor } from './outside-calls.ts'
import { useMailGoes, useOutsideChoice } from './outside-choice.ts'
import { outputsFor } from './outputs-for.ts'
import { sampleFor, type TriedEvent } from './sample-for.ts'
import { isUnderWay, lendStarter, setTry, tries, type MissingOutput, type TryOptions } from './try-store.ts'

/** Lends commands, buttons and menus the way to start a part. Mounted once. */
export function useStarter(): void {
  const { editor, workspace, slug } = useEditor()
  const client = useTRPCClient()
  const data = useDataAtHand()
  const [chosen] = useOutsideChoice()
  const mail = useMailGoes()
  useEffect(() => {
    const whole = async ({ name, data: part, wholeOf }: TriedEvent): Promise<{ name: string; data: JsonObject }> => {
      const stored = wholeOf === undefined ? part : (await client.events.get.query({ workspace, id: wholeOf })).data
      return { name, data: isJsonObject(stored) ? stored : part }
    }
    const start = async (part: Part, { outside: asked, examples = false }: TryOptions = {}): Promise<void> => {
      const { document } = editor.store.getState()
      const cut = cutDrawing(document, part)
      if (cut === null || isUnderWay(tries.getState().byNode[part.node])) return
      const calls = outsideCalls(running(document, cut), mail)
      const outside = asked ?? outsideFor(chosen, part.mode, calls)
      const title = titleOf(cut, part)
      setTry(part.node, { part, title, state: 'starting', runId: null, tookMs: null, error: null, given: [], notes: [], outside })
      announce(`Running ${title}.`)
      try {
        if (!(await editor.autosave.flush())) throw notSavedYet()
        const started = await client.workflows.test.mutate({
          workspace, slug, revision: editor.autosave.seenRevision, part, outside, examples,
          event: await whole(sampleFor(document, cut.frame.id, data.events)), outputs: outputsFor(document, [...cut.before, ...cut.running], data.steps),
        })
        followEvent(started.eventId)
        setTry(part.node, { state: 'queued', runId: started.runs[0]?.id ?? null, given: started.given.filter((one) => one.function === cut.frame.slug), notes: started.notes })
      } catch (error) {
        failed(part, error)
      }
    }
    lendStarter((part, options) => void start(part, options))
    return () => lendStarter(null)
  }, [editor, workspace, slug, client, data, chosen, mail])
  useEffect(() => () => tries.setState({ byNode: {}, asking: null, pinning: null }), [])
}

function failed(part: Part, error: unknown): void {
  const shape = isFanwiseError(error) ? error.toShape() : errorShape(error)
  const missing = (shape.facts?.['missing'] ?? null) as MissingOutput[] | null
  if (missing !== null) {
    setTry(part.node, null)
    tries.setState({ asking: { part, missing } })
    return
  }
  setTry(part.node, { state: 'error', error: { message: shape.message, fix: shape.fix } })
  announce(`${shape.message} ${shape.fix ?? ''}`)
}

function titleOf({ frame, here }: Cut, { mode }: Part): string {
  if (here === null) return frame.slug
  return mode === 'from' ? `${nodeTitle(here)} and what follows` : nodeTitle(here)
}

function running(document: GraphDocument, cut: Cut) {
  return [...cut.running].flatMap((id) => {
    const node = document.nodes[id]
    return node?.type === 'step' && (node.pinned === undefined || node.id === cut.here?.id) ? [node] : []
  })
}
