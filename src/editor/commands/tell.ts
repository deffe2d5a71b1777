import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'

/** A note that takes the place of the last one with its id; shown again, so that it is read out again. */
export function tell(id: 'clipboard' | 'dropped' | 'undo' | 'connect-refused', message: ReactNode, autoClose = 6000): void {
  notifications.hide(id)
  notifications.show({ id, message, autoClose, withBorder: true })
}

export function untell(id: 'dropped'): void {
  notifications.hide(id)
}
