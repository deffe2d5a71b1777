'use client'
import { ActionIcon, CopyButton as MantineCopy, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

export function CopyButton({ value, label = 'Copy', size = 26 }: { value: string; label?: string; size?: number }) {
  return (
    <MantineCopy value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <ActionIcon onClick={copy} aria-label={label} size={size}>
            {copied ? <IconCheck size={15} stroke={1.7} /> : <IconCopy size={15} stroke={1.7} />}
          </ActionIcon>
        </Tooltip>
      )}
    </MantineCopy>
  )
}
