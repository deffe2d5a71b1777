import type { Metadata } from 'next'
import { ApprovePage } from '#observe/approvals/approve-page.tsx'

/** The address is the permission: it must not leak to where people go from here, nor be found. */
export const metadata: Metadata = { title: 'Approval', robots: { index: false, follow: false }, referrer: 'no-referrer' }

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return <ApprovePage token={decodeURIComponent(token)} />
}
