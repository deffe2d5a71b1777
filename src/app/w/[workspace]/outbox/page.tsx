import type { Metadata } from 'next'
import { OutboxPage } from '#observe/outbox/outbox-page.tsx'

export const metadata: Metadata = { title: 'Outbox' }

export default function Page() {
  return <OutboxPage />
}
