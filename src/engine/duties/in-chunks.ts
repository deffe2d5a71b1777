/** Many rows go in small statements with pauses between, so that nobody waits for them. */
import type pg from 'pg'

export const rowsPerStatement = 2000
const pauseMs = 20

/** Repeats a statement until it takes fewer rows than it may, or the time is over. Answers how many went. */
export async function repeat(client: pg.PoolClient, statement: { name: string; text: string; values: unknown[] }, until: number): Promise<number> {
  let rows = 0
  while (performance.now() < until) {
    const taken = (await client.query(statement)).rowCount ?? 0
    rows += taken
    if (taken < rowsPerStatement) break
    await pause()
  }
  return rows
}

export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs))
