'use client'
import { Menu } from '@mantine/core'
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react'
import Link from 'next/link'
import { openNewWorkspace } from '#ui/shell/new-workspace.tsx'
import { useShell } from '#ui/shell/workspace-context.tsx'
import classes from './shell.module.css'

/** The workspace's name, and the way to the person's other ones. */
export function WorkspaceMenu({ strong }: { strong: boolean }) {
  const { workspace } = useShell()
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <button type="button" className={classes.workspaceButton} aria-label={`${workspace.name}, switch workspace`}>
          {strong ? <b className="cut">{workspace.name}</b> : <span className="cut">{workspace.name}</span>}
          <IconSelector size={14} stroke={1.7} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown><WorkspaceItems /></Menu.Dropdown>
    </Menu>
  )
}

/** For any menu. */
export function WorkspaceItems() {
  const { workspace, workspaces } = useShell()
  return (
    <>
      <Menu.Label>Your workspaces</Menu.Label>
      <div className={classes.workspaces} role="presentation">
        {workspaces.map(({ slug, name }) => (
          <Menu.Item
            key={slug} className={classes.workspaceItem} component={Link} href={`/w/${slug}`} closeMenuOnClick aria-current={slug === workspace.slug ? 'true' : undefined}
            leftSection={slug === workspace.slug ? <IconCheck size={16} stroke={1.7} /> : <span className={classes.noCheck} />}
          >
            {name}
          </Menu.Item>
        ))}
      </div>
      <Menu.Item className={classes.workspaceItem} leftSection={<IconPlus size={16} stroke={1.7} />} closeMenuOnClick onClick={openNewWorkspace}>New workspace</Menu.Item>
    </>
  )
}
