'use client'
import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconKey, IconLogout, IconUsers } from '@tabler/icons-react'
import { signOut } from 'next-auth/react'
import Link from 'next/link'
import { useShell } from '#ui/shell/workspace-context.tsx'
import { WorkspaceItems } from '#ui/shell/workspace-menu.tsx'
import classes from './shell.module.css'

export function UserMenu() {
  const { user, workspace } = useShell()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  // The bar of a phone has no room for the workspace's name.
  const phone = useMediaQuery('(max-width: 639px)')
  return (
    <Menu position="bottom-end" width={240} closeOnItemClick={false}>
      <Menu.Target>
        <button type="button" className={classes.person} aria-label={`Account of ${user.name ?? user.email}`}>{initials(user.name ?? user.email)}</button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.name === null ? null : <div style={{ color: 'var(--fw-ink)', fontWeight: 600 }}>{user.name}</div>}
          <div className="cut">{user.email}</div>
        </Menu.Label>
        {phone ? <><Menu.Divider /><WorkspaceItems /></> : null}
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
          <Menu.RadioItem value="light">Light</Menu.RadioItem>
          <Menu.RadioItem value="dark">Dark</Menu.RadioItem>
          <Menu.RadioItem value="auto">As the system</Menu.RadioItem>
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item component={Link} href={`/w/${workspace.slug}/settings/people`} closeMenuOnClick leftSection={<IconUsers size={16} stroke={1.7} />}>People</Menu.Item>
        <Menu.Item component={Link} href={`/w/${workspace.slug}/settings`} closeMenuOnClick leftSection={<IconKey size={16} stroke={1.7} />}>Keys</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} onClick={() => void signOut({ callbackUrl: '/signin' })}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function initials(name: string): string {
  const words = name.split(/[\s.@_-]+/).filter(Boolean)
  return ((words[0]?.[0] ?? '') + (name.includes('@') ? '' : (words[1]?.[0] ?? ''))).toUpperCase()
}
