'use client'
/** On the page of a run: where the tour ends. */
import { Button, CloseButton, Portal } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTour } from '#ui/tour/use-tour.ts'
import { lastStep, steps } from './steps.ts'
import classes from './tour.module.css'

export function TourEnd() {
  const workspace = useWorkspace()
  const { tour, move } = useTour()
  if (!tour || tour.state !== 'going' || tour.step !== lastStep || tour.workspace !== workspace.slug) return null
  const end = (): void => move(lastStep, 'done')
  return (
    <Portal>
      <aside className={classes.card} data-corner aria-label="Tour" data-testid="tour" data-step="end">
        <div className={classes.head}>
          <span className="num">{steps.length} of {steps.length}</span>
          <span className={classes.dots} aria-hidden>{steps.map((one) => <i key={one.id} data-on />)}</span>
          <CloseButton size={22} iconSize={14} aria-label="Leave the tour" onClick={end} />
        </div>
        <h2>You made this happen</h2>
        <p>Each bar is a step, each mark a try. Select one to read what it sent and got. A run that failed for good can be retried from the step it failed at.</p>
        <p>Publish the drawing, and real events do the same.</p>
        <div className={classes.buttons}>
          <Button size="xs" variant="filled" onClick={end}>Finish</Button>
          <Button size="xs" component={Link} href={workspace.path(`/workflows/${tour.workflow}`)} onClick={end}>Back to the drawing</Button>
        </div>
      </aside>
    </Portal>
  )
}
