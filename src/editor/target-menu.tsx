'use client'
/** The list of what the selected thing can be connected to, or of where a step can go: drawing a line and dragging, by key. */
import { useReactFlow } from '@xyflow/react'
import { useCallback, useState } from 'react'
import { layScene, shownAs } from '#canvas/scene.ts'
import { BesideList } from './beside-list.tsx'
import { canvasApi, type TargetKind } from './canvas-api.ts'
import { focusNode } from './commands/focus.ts'
import { tell } from './commands/tell.ts'
import { useEditor } from './context.ts'
import { dropWords } from './drop.ts'
import { connectTargets, moveTargets, type Target } from './targets.ts'

export interface TargetRequest {
  clientX: number
  clientY: number
  kind: TargetKind
  targets: Target[]
}

const words: Record<TargetKind, { label: string; placeholder: string; list: string }> = {
  connect: { label: 'Find what to connect to', placeholder: 'Connect to', list: 'What it can be connected to' },
  move: { label: 'Find where it goes', placeholder: 'Move to', list: 'Where it can go' },
}

/** Opens the list beside a node. */
export function useTargetMenu() {
  const { editor, place } = useEditor()
  const { flowToScreenPosition } = useReactFlow()
  const [request, setRequest] = useState<TargetRequest | null>(null)
  const open = useCallback((id: string, kind: TargetKind) => {
    const { document } = editor.store.getState()
    const scene = layScene(document)
    const box = scene.boxes.get(shownAs(scene, document, id))
    if (box === undefined) return
    const screen = flowToScreenPosition({ x: box.x + box.w, y: box.y + box.h / 2 })
    setRequest({ clientX: screen.x, clientY: screen.y, kind, targets: kind === 'connect' ? connectTargets(document, id) : moveTargets(document, id, place.taken) })
  }, [editor, flowToScreenPosition, place])
  return { request, open, close: useCallback(() => setRequest(null), []) }
}

export function TargetMenu({ request, onClose }: { request: TargetRequest | null; onClose: () => void }) {
  const { editor } = useEditor()
  if (request === null) return null
  const choose = (value: string): void => {
    onClose()
    const target = request.targets.find((one) => one.value === value)
    if (target === undefined) return
    const before = editor.store.getState().document
    editor.edit(target.edit, target.apply, { select: [target.then] })
    const changed = dropWords(before, editor.store.getState().document, [target.then])
    if (changed !== null) tell('dropped', changed.replaceAll('`', ''), 9000)
    canvasApi()?.keepInView(target.then)
    focusNode(target.then)
  }
  const { label, placeholder, list } = words[request.kind]
  return <BesideList at={request} label={label} placeholder={placeholder} listLabel={list} options={request.targets} onChoose={choose} onClose={onClose} />
}
