'use client'
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconArrowForwardUp, IconHelp, IconLayoutDistributeHorizontal, IconMessagePlus, IconNote } from '@tabler/icons-react'
import { commands, keyText, shortcutsSheet } from '../commands/list.ts'
import { useEditor, useEditorState } from '../context.ts'
import { PickingSwitch } from '../picking.tsx'
import { startTour } from '../tour/start-tour.ts'
import { ExportMenu } from './export-menu.tsx'
import { LiveSwitch } from '../live/live-switch.tsx'
import classes from './bar.module.css'

/** The floating bar over the canvas. */
export function CanvasTools({ onKey }: { onKey: () => void }) {
  const { viewOnly } = useEditor()
  return (
    <div className={classes.tools} role="toolbar" aria-label="Drawing">
      {!viewOnly && <Turning />}
      {!viewOnly && <PickingSwitch />}
      {!viewOnly && <Tool id="note" label="Add a note" name="Add a note" icon={<IconNote size={16} stroke={1.7} />} />}
      <Tool id="comment" label="Comment on the selection, or at a place" name="Comment" icon={<IconMessagePlus size={16} stroke={1.7} />} />
      {!viewOnly && <Tool id="tidy" label="Tidy up" name="Tidy up" icon={<IconLayoutDistributeHorizontal size={16} stroke={1.7} />} />}
      <LiveSwitch />
      <ExportMenu />
      <HelpMenu onKey={onKey} />
    </div>
  )
}

function Turning() {
  const undo = useEditorState((state) => state.undoLabel)
  const redo = useEditorState((state) => state.redoLabel)
  return (
    <>
      <Tool id="undo" label={undo === null ? 'Nothing to undo' : `Undo: ${undo}`} name="Undo" disabled={undo === null} icon={<IconArrowBackUp size={16} stroke={1.7} />} />
      <Tool id="redo" label={redo === null ? 'Nothing to redo' : `Redo: ${redo}`} name="Redo" disabled={redo === null} icon={<IconArrowForwardUp size={16} stroke={1.7} />} />
      <i />
    </>
  )
}

function HelpMenu({ onKey }: { onKey: () => void }) {
  const { viewOnly } = useEditor()
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target><ActionIcon size={26} aria-label="Help"><IconHelp size={16} stroke={1.7} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item rightSection={<kbd>K</kbd>} onClick={onKey}>How to read this</Menu.Item>
        <Menu.Item rightSection={<kbd>?</kbd>} onClick={() => shortcutsSheet.setState({ opened: true })}>Shortcuts</Menu.Item>
        {!viewOnly && <Menu.Item onClick={startTour} visibleFrom="sm">Take the tour</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

function Tool({ id, label, name, icon, disabled = false }: { id: string; label: string; name: string; icon: React.ReactNode; disabled?: boolean }) {
  const context = useEditor()
  const command = commands.find((one) => one.id === id)!
  return (
    <Tooltip label={`${label} (${keyText(command.keys[0] ?? '')})`}>
      <ActionIcon
        size={26} aria-label={name} aria-disabled={disabled}
        onClick={() => { if (!disabled && command.canRun(context)) command.run(context) }}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}
