import type { Metadata } from 'next'
import { JoinPage } from '#observe/people/join-page.tsx'

/** The address is half of the permission: it must not leak to where people go from here, nor be found. */
export const metadata: Metadata = { title: 'Invitation', robots: { index: false, follow: false }, referrer: 'no-referrer' }

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return <JoinPage token={decodeURIComponent(token)} />
}
