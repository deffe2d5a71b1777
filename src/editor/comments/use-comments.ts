'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { Position } from '#graph/document.ts'
import type { Thread, ThreadPlace } from '#server/comments/store.ts'
import { notifyError } from '#ui/notify.ts'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'

const none: Thread[] = []

/** The threads of this workflow; asked for again whenever the server says that something changed. */
export function useThreads(): { threads: Thread[]; loaded: boolean; error: unknown; again: () => void } {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const list = useQuery(trpc.comments.list.queryOptions({ workspace, slug }))
  return { threads: list.data ?? none, loaded: list.isSuccess, error: list.error, again: () => void list.refetch() }
}

/** A thread by its own id, or by that of one of its comments, as links have it. */
export function threadOf(threads: readonly Thread[], id: string | null): Thread | undefined {
  return id === null ? undefined : threads.find((one) => one.id === id || one.comments.some((comment) => comment.id === id))
}

/** Open threads by node id. */
export function useOpenByNode(): ReadonlyMap<string, Thread[]> {
  const { threads } = useThreads()
  return useMemo(() => {
    const byNode = new Map<string, Thread[]>()
    for (const thread of threads) if (thread.resolved === null && thread.node !== null) byNode.set(thread.node, [...(byNode.get(thread.node) ?? []), thread])
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
    begin: async (on: ThreadPlace, body: string): Promise<string | null> => begin.mutateAsync({ ...at, ...on, body }).then(({ id }) => id, () => null),
    answer: (thread: string, body: string) => done(answer.mutateAsync({ ...at, thread, body })),
    edit: (comment: string, body: string) => done(edit.mutateAsync({ ...at, comment, body })),
    remove: (comment: string) => done(remove.mutateAsync({ ...at, comment })),
    resolve: (thread: string, resolved: boolean) => done(resolve.mutateAsync({ ...at, thread, resolved })),
  }
}

/** Puts a thread at another point. It stands there at once; what the server does not take is told, and `undone` puts it back. */
export function useMoveThread(): (thread: string, at: Position, undone?: () => void) => void {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const server = useTRPCClient()
  const client = useQueryClient()
  return useCallback((thread, at, undone) => {
    const key = trpc.comments.list.queryKey({ workspace, slug })
    const before = client.getQueryData(key)
    client.setQueryData(key, before?.map((one) => (one.id === thread ? { ...one, at } : one)))
    server.comments.move.mutate({ workspace, slug, thread, at }).catch((error: unknown) => {
      client.setQueryData(key, before)
      undone?.()
      notifyError(error)
    }).finally(() => void client.invalidateQueries({ queryKey: key }))
  }, [workspace, slug, trpc, server, client])
}

/** The other members, for completion; with the reader, for marking mentions. */
export function usePeople(wanted = true) {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  return useQuery(trpc.comments.people.queryOptions({ workspace }, { enabled: wanted, staleTime: 60_000 })).data
}
