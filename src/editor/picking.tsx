'use client'
/** Selecting several things without a keyboard: while it is on, a tap adds or takes away, and a finger on empty canvas draws a box. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconPointerPlus } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { announce } from './commands/announce.ts'

export const picking = createStore(() => ({ on: false }))

export function togglePicking(): void {
  const on = !picking.getState().on
  picking.setState({ on })
  announce(on ? 'Selecting several: each tap adds to what is selected.' : 'A tap selects one thing again.')
}

export const usePicking = (): boolean => useStore(picking, (state) => state.on)

/** In the bar over the canvas, where there is a finger to use it. */
export function PickingSwitch() {
  const touch = useMediaQuery('(any-pointer: coarse)', false, { getInitialValueInEffect: false })
  const on = usePicking()
  useEffect(() => () => picking.setState({ on: false }), [])
  if (!touch) return null
  return (
    <Tooltip label={on ? 'A tap selects one thing again' : 'Select several'}>
      <ActionIcon size={26} aria-label="Select several" aria-pressed={on} variant={on ? 'filled' : 'default'} bd={on ? undefined : 0} onClick={togglePicking}>
        <IconPointerPlus size={16} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
