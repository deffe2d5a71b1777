'use client'
import { Button } from '@mantine/core'
import { IconRoute } from '@tabler/icons-react'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTour } from '#ui/tour/use-tour.ts'
import classes from './home.module.css'

/** Offered until it was finished; afterwards the editor's Help has it. */
export function TourOffer() {
  const workspace = useWorkspace()
  const { tour, beginning, begin } = useTour()
  if (tour === undefined || tour?.state === 'done' || workspace.role === 'viewer') return null
  const here = tour !== null && tour.workspace === workspace.slug
  return (
    <div className={classes.tour}>
      <Button variant="filled" leftSection={<IconRoute size={15} stroke={1.7} />} loading={beginning} onClick={() => begin()}>{here ? 'Go on with the tour' : 'Take the tour · 3 min'}</Button>
      <p>The tour needs a wider screen: open this page on a computer to draw your first workflow in three minutes.</p>
    </div>
  )
}
