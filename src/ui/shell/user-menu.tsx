'use client'
import { Menu, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { IconKey, IconLogout } from '@tabler/icons-react'
import { signOut } from 'next-auth/react'
import Link from 'next/link'
import { useShell } from '#ui/shell/workspace-context.tsx'
import classes from './shell.module.css'

export function UserMenu() {
  const { user, workspace } = useShell()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
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
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <div style={{ padding: '0 8px 8px' }}>
          <SegmentedControl
            fullWidth aria-label="Theme" value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={[{ value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }, { value: 'auto', label: 'System' }]}
          />
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href={`/w/${workspace.slug}/settings`} leftSection={<IconKey size={16} stroke={1.7} />}>Keys</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} onClick={() => void signOut({ callbackUrl: '/signin' })}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function initials(name: string): string {
  const words = name.split(/[\s.@_-]+/).filter(Boolean)
  return ((words[0]?.[0] ?? '') + (name.includes('@') ? '' : (words[1]?.[0] ?? ''))).toUpperCase()
}
