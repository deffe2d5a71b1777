import type { Metadata } from 'next'
import { FanOutsPage } from '#observe/fan-outs/fan-outs-page.tsx'

export const metadata: Metadata = { title: 'Fan-outs' }

export default function Page() {
  return <FanOutsPage />
}
