/** Lays out drawings beside the page, so that a large one never holds up a click. Bundled with the app. */
import { tidyUp } from '#graph/layout.ts'
import type { GraphDocument, GraphNode } from '#graph/document.ts'

export interface LayoutRequest {
  document: GraphDocument
  /** Absent: everything. */
  only?: string[]
}

/** The nodes that have another place or size. */
export type LayoutAnswer = { moved: GraphNode[] } | { failed: string }

const answer = (message: LayoutAnswer): void => self.postMessage(message)

// Set after the import: ELK's own code claims the handler when it finds itself in a worker.
self.onmessage = ({ data: { document, only } }: MessageEvent<LayoutRequest>) => {
  tidyUp(document, only && new Set(only)).then(
    (tidy) => answer({ moved: Object.values(tidy.nodes).filter((node) => node !== document.nodes[node.id]) }),
    (error: unknown) => answer({ failed: error instanceof Error ? error.message : String(error) }),
  )
}
