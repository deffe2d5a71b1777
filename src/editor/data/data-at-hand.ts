'use client'
/**
 * What is really known about this drawing's data: the event somebody chose as the sample, and what
 * each step last took and gave. Fields, completion, types and panels all read it from here.
 */
import { createContext, useContext } from 'react'
import type { Json } from '#base/json.ts'
import type { UiStatus } from '#ui/status.ts'

/** One step's last real input and output. */
export interface StepData {
  /** What its fields came to, where the kind records that. */
  input?: Json
  /** Absent while it runs, and when it failed. */
  output?: Json
  error?: string
  state: UiStatus
  runId: string
  /** Of the event that run is about. */
  eventId?: string
  at: string
  /** Characters of the whole output, when `output` is only a shortened one, or too long to be here at all. */
  cut?: number
}

export interface SampleEvent {
  /** Public id of a stored event; null for a sample that was written by hand. */
  id: string | null
  name: string
  data: Json
  ts: number
  /** It is the event that is looked at, or came of it; else it is the last of its name. */
  picked?: true
  /** Characters of the whole payload, when `data` is a shortened one. */
  cut?: number
}

export interface DataAtHand {
  /** By event node id: the real event that was picked, else the last one of that name, else the node's own sample. */
  events: ReadonlyMap<string, SampleEvent>
  /** By step node id. A pinned output is not in here: it is in the document (`step.pinned`) and goes first. */
  steps: ReadonlyMap<string, StepData>
}

export const noData: DataAtHand = { events: new Map(), steps: new Map() }

const DataContext = createContext<DataAtHand>(noData)
export const DataAtHandProvider = DataContext.Provider

export const useDataAtHand = (): DataAtHand => useContext(DataContext)
