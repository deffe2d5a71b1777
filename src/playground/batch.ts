/**
 * Joins calls that arrive while a previous batch is under way: one statement for all of them.
 * A call always gets a batch that starts after it was made, so it never reads something older.
 */
export function createBatcher<Item, Result>(run: (items: Item[]) => Promise<Result[]>, sizeMax = 500): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item
    resolve: (result: Result) => void
    reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let busy = false

  async function drain(): Promise<void> {
    busy = true
    // One turn of the event loop lets calls of the same tick join.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, sizeMax)
      waiting = waiting.slice(sizeMax)
      try {
        const results = await run(batch.map((one) => one.item))
        batch.forEach((one, index) => one.resolve(results[index] as Result))
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    busy = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!busy) void drain()
    })
}
