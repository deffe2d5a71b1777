/** Waits for what another process will make true; the only waiting by polling in the tests. */
export async function until<T>(ask: () => Promise<T | null | undefined | false>, what: string, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > deadline) throw new Error(`Did not happen within ${withinMs / 1000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
