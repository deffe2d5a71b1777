import type { Metadata } from 'next'
import { TourEnd } from '#editor/tour/tour-end.tsx'
import { RunPage } from '#observe/runs/run-page.tsx'

export const metadata: Metadata = { title: 'Run' }

export default async function Page({ params }: { params: Promise<{ run: string }> }) {
  const { run } = await params
  return <><RunPage key={run} id={run} /><TourEnd /></>
}
