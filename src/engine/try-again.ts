import { isConnectionError, isTransient } from '#engine/connection.ts'

const triesMax = 5
const pauseMs = 20

/** Again, a few times, what ended in an error that stored nothing and passes (a deadlock, mostly): one statement, or one transaction. */
export async function tryAgain<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      if (tries >= triesMax || !isTransient(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs * tries))
    }
  }
}

const awayMs = 15_000
const askAgainMs = 100

/**
 * Again while Postgres does not answer: of what may be asked, or stored, twice without a difference.
 * @param goesOn whether to ask again; by default for a quarter of a minute
 */
export async function untilAnswered<T>(act: () => Promise<T>, goesOn: () => boolean = within(awayMs)): Promise<T> {
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!goesOn() || !(isConnectionError(error) || isTransient(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, askAgainMs))
      if (!goesOn()) throw error
    }
  }
}

function within(ms: number): () => boolean {
  const until = performance.now() + ms
  return () => performance.now() <= until
}
