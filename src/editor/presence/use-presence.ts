'use client'
/** The others in this workflow, and telling them where we are: often while somebody is there, now and then else. */
import { useReactFlow } from '@xyflow/react'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import type { Person } from '#server/presence/rooms.ts'
import { useEditor, useEditorState } from '../context.ts'

const movesEveryMs = 120
const renewEveryMs = 9_000

export const useOthers = create<{ others: Person[] }>(() => ({ others: [] }))

/** Mounted once, inside the canvas. */
export function usePresence(): void {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const client = useTRPCClient()
  const selected = useEditorState((state) => state.selected)
  const { screenToFlowPosition } = useReactFlow()
  const [clientId] = useState(() => crypto.randomUUID())
  const cursor = useRef<{ x: number; y: number } | null>(null)
  const picks = useRef<string[]>([])
  picks.current = [...selected].slice(0, 50)
  useSubscription(trpc.presence.others.subscriptionOptions({ workspace, slug, clientId }, { onData: (others) => useOthers.setState({ others }) }))
  const tell = useRef<() => void>(() => {})

  useEffect(() => {
    let sentAt = -Infinity
    let timer: ReturnType<typeof setTimeout> | null = null
    const send = (): void => {
      timer = null
      sentAt = performance.now()
      void client.presence.move.mutate({ workspace, slug, clientId, cursor: cursor.current, selected: picks.current }).catch(() => {})
    }
    tell.current = () => {
      if (useOthers.getState().others.length === 0 || timer !== null) return
      timer = setTimeout(send, Math.max(0, movesEveryMs - (performance.now() - sentAt)))
    }
    const renew = setInterval(() => document.visibilityState === 'visible' && send(), renewEveryMs)
    send()
    const moved = (event: PointerEvent): void => {
      const over = event.target instanceof Element && event.target.closest('.react-flow') !== null
      cursor.current = over ? screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false }) : null
      tell.current()
    }
    window.addEventListener('pointermove', moved, { passive: true })
    return () => {
      window.removeEventListener('pointermove', moved)
      clearInterval(renew)
      if (timer !== null) clearTimeout(timer)
      useOthers.setState({ others: [] })
    }
  }, [client, workspace, slug, clientId, screenToFlowPosition])

  useEffect(() => tell.current(), [selected])
}
