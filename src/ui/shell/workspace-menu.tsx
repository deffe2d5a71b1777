'use client'
import { Menu } from '@mantine/core'
import { IconSelector } from '@tabler/icons-react'
import Link from 'next/link'
import { useShell } from '#ui/shell/workspace-context.tsx'
import classes from './shell.module.css'

/** The workspace's name; a menu when the person has several. */
export function WorkspaceMenu({ strong }: { strong: boolean }) {
  const { workspace, workspaces } = useShell()
  const name = strong ? <b className="cut">{workspace.name}</b> : <span className="cut">{workspace.name}</span>
  if (workspaces.length < 2) return strong ? name : <Link href={`/w/${workspace.slug}`} className="cut">{workspace.name}</Link>
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button type="button" className={classes.workspaceButton}>
          {name}
          <IconSelector size={14} stroke={1.7} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Your workspaces</Menu.Label>
        {workspaces.map((one) => <Menu.Item key={one.slug} component={Link} href={`/w/${one.slug}`}>{one.name}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  )
}
