import type { Metadata } from 'next'
import { WorkflowEditor } from '#editor/editor.tsx'

interface Props {
  params: Promise<{ workspace: string; workflow: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).workflow }
}

export default async function WorkflowPage({ params }: Props) {
  const { workspace, workflow } = await params
  return <WorkflowEditor workspace={workspace} slug={workflow} />
}
