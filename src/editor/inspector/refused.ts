'use client'
/** A text that a drawing cannot hold, such as one that is too long, is not dropped in silence. */
import { notifications } from '@mantine/notifications'

/** Shows why, if there is a reason; true when there is one. */
export function isRefused(why: string | null): boolean {
  if (why === null) return false
  // Shown again, so that it is read out again.
  notifications.hide('field-refused')
  notifications.show({ id: 'field-refused', message: why, autoClose: 7000, withBorder: true })
  return true
}
