'use client'
import { Button, Modal, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'

export function NewWorkflowButton() {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [opened, { open, close }] = useDisclosure()
  const [name, setName] = useState('')
  const create = useMutation(trpc.workflows.create.mutationOptions({
    onSuccess: ({ slug }) => {
      void client.invalidateQueries(trpc.workflows.list.pathFilter())
      router.push(workspace.path(`/workflows/${slug}`))
    },
  }))
  if (workspace.role === 'viewer') return null
  const problem = create.error === null ? undefined : errorShape(create.error)
  return (
    <>
      <Button variant="filled" onClick={open} leftSection={<IconPlus size={15} stroke={1.7} />}>New workflow</Button>
      <Modal opened={opened} onClose={close} title="New workflow" size={440}>
        <form
          style={{ display: 'grid', gap: 14 }}
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate({ workspace: workspace.slug, name })
          }}
        >
          <TextInput
            label="Name" placeholder="Order pipeline" data-autofocus required withAsterisk={false} maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)}
            description="What it is about. You can change it later." error={problem === undefined ? undefined : `${problem.message} ${problem.fix ?? ''}`}
          />
          <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8 }}>
            <Button onClick={close}>Close</Button>
            <Button type="submit" variant="filled" loading={create.isPending || create.isSuccess} disabled={name.trim() === ''}>Create and draw</Button>
          </div>
        </form>
      </Modal>
    </>
  )
}
