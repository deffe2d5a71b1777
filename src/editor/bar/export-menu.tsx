'use client'
/** Takes the drawing out: as a file that import reads back, or as a picture. */
import { ActionIcon, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { notifyError } from '#ui/notify.ts'
import { useEditor } from '../context.ts'
import { download, drawingPng, drawingSvg } from '../review/export-picture.tsx'

export function ExportMenu() {
  const { editor, name, slug } = useEditor()
  const save = async (kind: 'json' | 'svg' | 'png'): Promise<void> => {
    const { document } = editor.store.getState()
    try {
      if (kind === 'json') download(`${slug}.json`, new Blob([JSON.stringify({ slug, name, graph: document }, null, 2)], { type: 'application/json' }))
      else if (kind === 'svg') download(`${slug}.svg`, new Blob([drawingSvg(document, `Drawing of ${name}`)], { type: 'image/svg+xml' }))
      else download(`${slug}.png`, await drawingPng(document, `Drawing of ${name}`))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon size={26} aria-label="Download"><IconDownload size={16} stroke={1.7} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save('json')}>Workflow as JSON</Menu.Item>
        <Menu.Item onClick={() => void save('svg')}>Picture as SVG</Menu.Item>
        <Menu.Item onClick={() => void save('png')}>Picture as PNG</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
