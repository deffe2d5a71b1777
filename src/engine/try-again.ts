import { isTransient } from '#engine/connection.ts'

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
