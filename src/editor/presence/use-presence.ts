'use client'
/** The others in this workflow, and telling them where we are: often while somebody is there, now and then else. */
import { useReactFlow } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { create } from 'zustand'
import { onPeopleMoved } from '#ui/live.tsx'
import { useTRPCClient } from '#ui/trpc.tsx'
import type { Person } from '#server/presence/rooms.ts'
import type { Company } from '#server/presence/router.ts'
import { newClientId } from '../client-id.ts'
import { useEditor, useEditorState } from '../context.ts'
import { coloursOf } from './colour.ts'

const movesEveryMs = 120
const renewEveryMs = 9_000

export interface Other extends Person {
  colour: string
}

export const useOthers = create<{ others: Other[] }>(() => ({ others: [] }))

/** Mounted once, inside the canvas. */
export function usePresence(): void {
  const { workspace, slug } = useEditor()
  const client = useTRPCClient()
  const selected = useEditorState((state) => state.selected)
  const { screenToFlowPosition } = useReactFlow()
  const cursor = useRef<{ x: number; y: number } | null>(null)
  const picks = useRef<string[]>([])
  picks.current = [...selected].slice(0, 50)
  const tell = useRef<() => void>(() => {})

  useEffect(() => {
    const clientId = newClientId()
    const visible = (): boolean => document.visibilityState === 'visible'
    let sentAt = -Infinity
    let timer: ReturnType<typeof setTimeout> | null = null
    let left = false
    let workflow: string | null = null
    const show = (company: Company): void => {
      if (left) return
      const colours = coloursOf(company.people.map((one) => one.clientId))
      useOthers.setState({ others: company.people.filter((one) => one.clientId !== clientId).map((one) => ({ ...one, colour: colours.get(one.clientId)! })) })
    }
    const send = (): void => {
      if (timer !== null) clearTimeout(timer)
      timer = null
      sentAt = performance.now()
      void client.presence.move.mutate({ workspace, slug, clientId, cursor: cursor.current, selected: picks.current }).then((company) => {
        ({ workflow } = company)
        show(company)
      }, () => {})
    }
    tell.current = () => {
      if (useOthers.getState().others.length === 0 || timer !== null) return
      timer = setTimeout(send, Math.max(0, movesEveryMs - (performance.now() - sentAt)))
    }
    const renew = (): void => {
      if (visible()) send()
    }
    const renewing = setInterval(renew, renewEveryMs)
    send()
    // What was told before the stream began was not heard.
    const stopHearing = onPeopleMoved((news) => {
      if (news === 'unknown') return renew()
      for (const company of news) if (company.workflow === workflow) show(company)
    })
    // A page that closes can send nothing else any more.
    const leave = (): void => void navigator.sendBeacon('/api/trpc/presence.leave', new Blob([JSON.stringify({ workspace, slug, clientId })], { type: 'application/json' }))
    const moved = (event: PointerEvent): void => {
      const over = event.target instanceof Element && event.target.closest('.react-flow') !== null
      cursor.current = over ? screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false }) : null
      tell.current()
    }
    window.addEventListener('pointermove', moved, { passive: true })
    window.addEventListener('pagehide', leave)
    document.addEventListener('visibilitychange', renew)
    return () => {
      left = true
      stopHearing()
      window.removeEventListener('pointermove', moved)
      window.removeEventListener('pagehide', leave)
      document.removeEventListener('visibilitychange', renew)
      clearInterval(renewing)
      if (timer !== null) clearTimeout(timer)
      leave()
      useOthers.setState({ others: [] })
    }
  }, [client, workspace, slug, screenToFlowPosition])

  useEffect(() => tell.current(), [selected])
}
