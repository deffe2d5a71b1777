/** A run that has not begun has nothing written beside its job; what it is kept for is looked up. */
export type NotBegun = 'collecting' | 'start-at'

const keptFor = (job: string, taken: string, untaken: string): string => `case when ${job}.state = 't' and ${job}.why is null
    then case when exists (select 1 from run_event b where b.workspace_id = ${job}.workspace_id and b.run_id = ${job}.run_id) then ${taken} else ${untaken} end end`

/** SQL: of a run with that job, `collecting` while a batch or debounce may take more events, `start-at` when its event is meant for later; null for those that have begun. */
export const notBegun = (job: string): string => keptFor(job, `'collecting'`, `'start-at'`)

/** SQL: the same as what is written beside jobs (RunWhy), as text. `definition`: the column of the run's version. */
export const notBegunWhy = (job: string, definition: string): string => keptFor(
  job,
  `json_build_object('kind', 'collecting', 'size', ${definition}->'flow'->'batch'->'size',
      'events', (select count(*)::int from run_event b where b.workspace_id = ${job}.workspace_id and b.run_id = ${job}.run_id))::text`,
  `'{"kind":"start-at"}'`,
)
