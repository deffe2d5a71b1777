import { fanOutId } from '#engine/derived-ids.ts'
import type { ClaimedJob } from '#engine/lanes.ts'

/** The fan-out whose event began this run, or null. */
export function fanOutOf(job: Pick<ClaimedJob, 'event_source' | 'event_emit_run' | 'event_ref'>): string | null {
  return job.event_source === 'emit-each' && job.event_emit_run !== null ? fanOutId(job.event_emit_run, job.event_ref ?? '') : null
}
