import type { Metadata } from 'next'
import { FanOutPage } from '#observe/fan-outs/fan-out-page.tsx'

export const metadata: Metadata = { title: 'Fan-out' }

export default async function Page({ params }: { params: Promise<{ fanout: string }> }) {
  const { fanout } = await params
  return <FanOutPage key={fanout} id={fanout} />
}
