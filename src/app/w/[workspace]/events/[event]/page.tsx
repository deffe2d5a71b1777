import type { Metadata } from 'next'
import { EventPage } from '#observe/events/event-page.tsx'

export const metadata: Metadata = { title: 'Event' }

export default async function Page({ params }: { params: Promise<{ event: string }> }) {
  const { event } = await params
  return <EventPage key={event} id={event} />
}
