import { fanOutId } from '#engine/derived-ids.ts'
import type { ClaimedJob } from '#engine/lanes.ts'

/** The fan-out whose child this run is, or null. One that repeats a child is none: the fan-out has counted its runs. */
export function fanOutOf(job: Pick<ClaimedJob, 'again' | 'event_source' | 'event_emit_run' | 'event_ref'>): string | null {
  return !job.again && job.event_source === 'emit-each' && job.event_emit_run !== null ? fanOutId(job.event_emit_run, job.event_ref ?? '') : null
}
