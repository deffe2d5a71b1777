'use client'
/** Takes the drawing or a part of it out, as a file that import reads back or as a picture; and lets a file in. */
import { ActionIcon, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { copySelection } from '../commands/clipboard.ts'
import { exportDrawing, nodesSelected, type ExportKind, type ExportPart } from '../commands/export-commands.ts'
import { useEditor, useEditorState } from '../context.ts'
import { chooseFile } from '../files/canvas-files.tsx'

const kinds: { kind: ExportKind; whole: string; part: string }[] = [
  { kind: 'json', whole: 'Workflow as JSON', part: 'Selection as JSON' },
  { kind: 'svg', whole: 'Picture as SVG', part: 'Selection as SVG' },
  { kind: 'png', whole: 'Picture as PNG', part: 'Selection as PNG' },
]

export function ExportMenu() {
  const context = useEditor()
  // What is selected decides what can be taken out.
  useEditorState((state) => state.selected)
  const none = !nodesSelected(context)
  const save = (part: ExportPart, kind: ExportKind) => () => void exportDrawing(context, part, kind)
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target><ActionIcon size={26} aria-label="Download"><IconDownload size={16} stroke={1.7} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>The whole drawing</Menu.Label>
        {kinds.map(({ kind, whole }) => <Menu.Item key={kind} onClick={save('workflow', kind)}>{whole}</Menu.Item>)}
        <Menu.Label>{none ? 'Selection: nothing is selected' : 'Selection'}</Menu.Label>
        {kinds.map(({ kind, part }) => <Menu.Item key={kind} disabled={none} onClick={save('selection', kind)}>{part}</Menu.Item>)}
        <Menu.Item disabled={none} onClick={() => copySelection(context)}>Copy selection</Menu.Item>
        {!context.viewOnly && <Menu.Divider />}
        {!context.viewOnly && <Menu.Item onClick={chooseFile}>Import a file</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}
