'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Thread } from '#server/comments/store.ts'
import { notifyError } from '#ui/notify.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'

const none: Thread[] = []

/** The threads of this workflow; asked for again whenever the server says that something changed. */
export function useThreads(): { threads: Thread[]; loaded: boolean; error: unknown; again: () => void } {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const list = useQuery(trpc.comments.list.queryOptions({ workspace, slug }))
  return { threads: list.data ?? none, loaded: list.isSuccess, error: list.error, again: () => void list.refetch() }
}

/** Open threads by node id. */
export function useOpenByNode(): ReadonlyMap<string, Thread[]> {
  const { threads } = useThreads()
  return useMemo(() => {
    const byNode = new Map<string, Thread[]>()
    for (const thread of threads) if (thread.resolved === null) byNode.set(thread.node, [...(byNode.get(thread.node) ?? []), thread])
    return byNode
  }, [threads])
}

/** What can be done with comments. Each answers whether it was done; what failed is told, and nothing typed is lost. */
export function useCommentActions() {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const client = useQueryClient()
  const at = { workspace, slug }
  const options = { onSuccess: () => client.invalidateQueries(trpc.comments.list.pathFilter()), onError: notifyError }
  const begin = useMutation(trpc.comments.begin.mutationOptions(options))
  const answer = useMutation(trpc.comments.answer.mutationOptions(options))
  const edit = useMutation(trpc.comments.edit.mutationOptions(options))
  const remove = useMutation(trpc.comments.remove.mutationOptions(options))
  const resolve = useMutation(trpc.comments.resolve.mutationOptions(options))
  const done = async (call: Promise<unknown>): Promise<boolean> => call.then(() => true, () => false)
  return {
    begin: async (node: string, title: string, body: string): Promise<string | null> => begin.mutateAsync({ ...at, node, title, body }).then(({ id }) => id, () => null),
    answer: (thread: string, body: string) => done(answer.mutateAsync({ ...at, thread, body })),
    edit: (comment: string, body: string) => done(edit.mutateAsync({ ...at, comment, body })),
    remove: (comment: string) => done(remove.mutateAsync({ ...at, comment })),
    resolve: (thread: string, resolved: boolean) => done(resolve.mutateAsync({ ...at, thread, resolved })),
  }
}

/** The other members, for completion; with the reader, for marking mentions. */
export function usePeople(wanted = true) {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  return useQuery(trpc.comments.people.queryOptions({ workspace }, { enabled: wanted, staleTime: 60_000 })).data
}
