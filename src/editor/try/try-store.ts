/** What is being tried, and how it went, by the node it was asked for. One page has one. */
import { createStore } from 'zustand/vanilla'
import type { Part } from '#graph/trial/cut.ts'
import type { GivenStep } from '#graph/trial/give.ts'
import type { UiStatus } from '#ui/status.ts'
import type { Outside } from './outside-calls.ts'

export interface Try {
  part: Part
  /** "Create contact", "Create contact and what follows", "add-to-crm". */
  title: string
  /** `starting`: the server has not answered yet. */
  state: UiStatus | 'starting'
  runId: string | null
  tookMs: number | null
  error: { message: string; fix?: string | undefined } | null
  given: GivenStep[]
  notes: string[]
  outside: Outside
}

export interface TryOptions {
  outside?: Outside
  /** Outputs that nobody knows are made up. */
  examples?: boolean
}

export interface MissingOutput {
  key: string
  nodeId: string
  name: string
}

interface TryState {
  byNode: Readonly<Record<string, Try>>
  /** Outputs are needed before this can start. */
  asking: { part: Part; missing: MissingOutput[] } | null
  /** Step whose pinned output is edited. */
  pinning: string | null
}

export const tries = createStore<TryState>(() => ({ byNode: {}, asking: null, pinning: null }))

export function setTry(node: string, change: Partial<Try> | null): void {
  tries.setState(({ byNode }) => {
    const { [node]: before, ...others } = byNode
    if (change === null) return { byNode: others }
    return { byNode: { ...others, [node]: { ...before, ...change } as Try } }
  })
}

export const isUnderWay = (one: Try | undefined): boolean => one !== undefined && one.error === null && (one.state === 'starting' || one.state === 'queued' || one.state === 'running')

type Starter = (part: Part, options?: TryOptions) => void
let starter: Starter | null = null

/** The editor's page lends its ways to the server. */
export function lendStarter(start: Starter | null): void {
  starter = start
}

export function tryPart(part: Part, options?: TryOptions): void {
  tries.setState({ asking: null })
  starter?.(part, options)
}

export function openPin(nodeId: string): void {
  tries.setState({ pinning: nodeId })
}
