/**
 * Lanes of jobs that have just become queued, opened. The key-share lock is held until COMMIT and the
 * closer skips lanes that are locked, so it either sees the job or leaves the lane alone; a closer that
 * was first is waited for, and what it shut is opened again.
 *
 * @param rows where the jobs' workspace_id and lane_id come from: `moved`, `parked where state = 'q'`
 */
export const openLanes = (rows: string): string => `locked as (
      select l.workspace_id, l.id, l.open from lane l
      join (select distinct workspace_id, lane_id from ${rows}) m on l.workspace_id = m.workspace_id and l.id = m.lane_id
      order by l.workspace_id, l.id for key share of l
    ),
    opened as (
      update lane set open = true from locked where lane.workspace_id = locked.workspace_id and lane.id = locked.id and not locked.open
    )`
