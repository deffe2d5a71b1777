'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { notifyError } from '#ui/notify.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import { Fields } from '../form/fields.tsx'
import { TextField } from '../form/text-field.tsx'

/** Renames the workflow when the field is left; its slug, and so its address, stays. */
export function WorkflowName() {
  const { workspace, slug, name } = useEditor()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [text, setText] = useState(name)
  const known = useRef(name)
  useEffect(() => {
    // A colleague renamed it: to leave a field that nobody has written in must not take that back.
    const { current } = known
    known.current = name
    setText((now) => (now === current ? name : now))
  }, [name])
  const rename = useMutation(trpc.workflows.rename.mutationOptions({
    onSuccess: () => void client.invalidateQueries(trpc.workflows.pathFilter()),
    onError: (error) => {
      setText(name)
      notifyError(error)
    },
  }))
  const save = (): void => {
    const next = text.trim()
    if (next === '') setText(name)
    else if (next !== name) rename.mutate({ workspace, slug, name: next })
  }
  return (
    <form onBlur={save} onSubmit={(event) => { event.preventDefault(); save() }}>
      <Fields><TextField label="Workflow name" value={text} onChange={setText} /></Fields>
    </form>
  )
}
