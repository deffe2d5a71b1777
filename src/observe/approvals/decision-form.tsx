'use client'
import { Button, Textarea } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './approvals.module.css'

export interface DecisionFormProps {
  /** The decision on its way. */
  pending: 'approved' | 'rejected' | null
  onDecide(decision: 'approved' | 'rejected', comment: string): void
}

/** Approve or reject, with a few words that the run keeps. */
export function DecisionForm({ pending, onDecide }: DecisionFormProps) {
  const [comment, setComment] = useState('')
  return (
    <div className={classes.decision}>
      <Textarea label="Comment" description="Optional. The run keeps it, and later steps can read it." autosize minRows={2} maxRows={8} maxLength={5000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
      <div className={classes.buttons}>
        <Button variant="filled" loading={pending === 'approved'} disabled={pending !== null} leftSection={<IconCheck size={15} stroke={1.9} />} onClick={() => onDecide('approved', comment)}>Approve</Button>
        <Button loading={pending === 'rejected'} disabled={pending !== null} leftSection={<IconX size={15} stroke={1.9} />} onClick={() => onDecide('rejected', comment)}>Reject</Button>
      </div>
    </div>
  )
}
