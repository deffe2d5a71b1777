'use client'
/** Where the person is in the tour, and beginning, moving and leaving it, from any page. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { Tour } from '#server/tour/router.ts'
import { notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function useTour() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const router = useRouter()
  const known = useQuery(trpc.tour.get.queryOptions(undefined, { staleTime: Infinity }))
  const show = (tour: Tour | null): void => {
    client.setQueryData(trpc.tour.get.queryKey(), tour)
  }
  const begin = useMutation(trpc.tour.begin.mutationOptions({
    onError: notifyError,
    onSuccess: (tour) => {
      show(tour)
      router.push(workspace.path(`/workflows/${tour.workflow}`))
    },
  }))
  const move = useMutation(trpc.tour.move.mutationOptions({ onError: notifyError }))
  return {
    /** Undefined while it is not known. */
    tour: known.data,
    beginning: begin.isPending || begin.isSuccess,
    begin: (again = false) => begin.mutate({ workspace: workspace.slug, again }),
    /** Shown at once; the server only has to remember it. */
    move: (step: string, state: Tour['state'] = 'going') => {
      if (known.data) show({ ...known.data, step, state })
      move.mutate({ step, state })
    },
  }
}
