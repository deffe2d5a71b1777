'use client'
/** What every part of the editor may use. */
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { GraphDocument } from '#graph/document.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import type { Findings } from './findings.ts'
import type { PlaceOptions } from './place.ts'
import type { Editor, EditorState } from './store.ts'

export interface PublishedState {
  version: number
  at: string
  functions: { slug: string; version: number; hash?: string }[]
  document: GraphDocument
}

export interface EditorContextValue {
  editor: Editor
  workspace: string
  slug: string
  name: string
  catalog: Catalog
  published: PublishedState | null
  place: PlaceOptions
  findings: Findings
  /** Smaller than 640: nothing can be changed. */
  viewOnly: boolean
}

const EditorContext = createContext<EditorContextValue | null>(null)
export const EditorProvider = EditorContext.Provider

export function useEditor(): EditorContextValue {
  const value = useContext(EditorContext)
  if (value === null) throw new Error('Used outside the editor.')
  return value
}

/** A part of the editor's state. */
export function useEditorState<T>(pick: (state: EditorState) => T): T {
  return useStore(useEditor().editor.store, pick)
}
