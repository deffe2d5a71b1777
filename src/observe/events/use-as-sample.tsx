'use client'
import { IconFlask2 } from '@tabler/icons-react'
import Link from 'next/link'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'

interface UseAsSampleProps {
  event: string
  workflows: { slug: string; name: string }[]
}

/** Opens a drawing that shows the data of this event, and what its steps made of it. */
export function UseAsSample({ event, workflows }: UseAsSampleProps) {
  const workspace = useWorkspace()
  const each = [...new Map(workflows.map((one) => [one.slug, one])).values()]
  return each.map((workflow) => (
    <Link key={workflow.slug} href={workspace.path(`/workflows/${workflow.slug}?sample=${event}`)} data-testid="use-as-sample">
      <IconFlask2 size={15} stroke={1.7} aria-hidden />Use as sample in {workflow.name}
    </Link>
  ))
}
