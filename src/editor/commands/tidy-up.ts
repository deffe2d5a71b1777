'use client'
/** Lays the drawing out anew; one undo entry. The layout engine is loaded when first asked for. */
import { notifications } from '@mantine/notifications'
import { canvasApi } from '../canvas-api.ts'
import type { EditorContextValue } from '../context.ts'

export async function tidyUp({ editor }: EditorContextValue): Promise<void> {
  const { document } = editor.store.getState()
  const { tidyUp: layOut } = await import('#graph/layout.ts')
  try {
    const tidy = await layOut(document)
    if (editor.store.getState().document !== document) return
    editor.edit('Tidy up', () => tidy)
    canvasApi()?.fit()
  } catch {
    notifications.show({ message: 'The drawing could not be laid out. Nothing was moved.', autoClose: 6000, withBorder: true })
  }
}
