'use client'
import { notifications } from '@mantine/notifications'
import { errorShape } from '#ui/trpc.tsx'

/** A short note that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, autoClose: 4000, withBorder: true })
}

/** What failed and what to do about it. Stays until closed. */
export function notifyError(error: unknown): void {
  const { message, fix } = errorShape(error)
  notifications.show({ title: message, message: fix ?? '', color: 'red', autoClose: 10_000, withBorder: true })
}
