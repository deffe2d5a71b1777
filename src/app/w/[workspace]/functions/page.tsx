import type { Metadata } from 'next'
import { FunctionsPage } from '#observe/functions/functions-page.tsx'

export const metadata: Metadata = { title: 'Functions' }

export default function Page() {
  return <FunctionsPage />
}
