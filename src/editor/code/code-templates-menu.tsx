'use client'
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useReadable } from '../form/use-readable.ts'
import { codeTemplates, type CodeTemplate } from './code-templates.ts'
import classes from '../form/form.module.css'

/** Beside a Code step's label: code to begin with. It takes the place of what is there, which one undo brings back. */
export function CodeTemplatesMenu({ onPick }: { onPick(template: CodeTemplate): void }) {
  const readable = useReadable()
  const templates = useMemo(() => codeTemplates(readable), [readable])
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target><Button size="compact-xs" variant="subtle" rightSection={<IconChevronDown size={13} stroke={1.7} />}>Start from</Button></Menu.Target>
      <Menu.Dropdown>
        {templates.map((one) => (
          <Menu.Item key={one.label} onClick={() => onPick(one)}>
            <span className={classes.template}><b>{one.label}</b><small>{one.about}</small></span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
