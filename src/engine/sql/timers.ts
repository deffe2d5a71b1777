/** Timers (sleeps, retries, time limits of waits) and their wake-up. */
import { heldByService } from '#engine/sql/hold.ts'
import { openLanes } from '#engine/sql/open-lanes.ts'

/** Up to 500 due jobs back to the queue; their lanes open. Answers how many, and the next due in ms. */
export const timerDue = {
  name: 'timer-due',
  text: `with due as (
      select ctid from job where due is not null and due <= clock_timestamp() order by due limit 500 for update skip locked
    ),
    woken as (
      update job set state = 'q', due = null, poked = false, hold_id = case when ${heldByService} then null else job.hold_id end from due where job.ctid = due.ctid
      returning job.workspace_id, job.lane_id
    ),
    ${openLanes('woken')}
    select (select count(*)::int from woken) as woken`,
}

export const timerNext = {
  name: 'timer-next',
  text: `select extract(epoch from min(due) - clock_timestamp()) * 1000 as in_ms from job where due is not null`,
}

/** A lane that has queued jobs but is shut. Must find nothing: it is a check, not the mechanism. */
export const laneSweep = {
  name: 'lane-sweep',
  text: `with shut as (
      select distinct l.workspace_id, l.id from job j join lane l on l.workspace_id = j.workspace_id and l.id = j.lane_id
      where j.state = 'q' and not l.open limit 1000
    )
    update lane set open = true from shut where lane.workspace_id = shut.workspace_id and lane.id = shut.id returning 1`,
}
