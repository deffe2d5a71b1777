/** What people see instead of `sleeping`, by why a run rests. REST calls all of these `sleeping`. */
export type ShownRest = 'retrying' | 'collecting' | 'waiting'

const rests = new Map<string, ShownRest>([['retry', 'retrying'], ['collecting', 'collecting'], ['start-at', 'waiting']])

export function shownRest<S extends string>(state: S, why: string | null | undefined): S | ShownRest {
  return state === 'sleeping' ? (rests.get(why ?? '') ?? state) : state
}
