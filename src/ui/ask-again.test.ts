import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, expect, test } from 'vitest'
import { askAgain, askFailedAgain } from '#ui/ask-again.ts'

const key = ['fan-out']
let client: QueryClient
let stop: () => void
afterEach(() => {
  stop()
  client.clear()
})

interface Asked {
  answer(value: string): Promise<void>
  fail(): Promise<void>
}

const settled = () => new Promise((done) => setTimeout(done))

/** A query that a page shows, whose answers are given by hand. */
function shown(): { asked: Asked[]; page(): string | undefined } {
  const asked: Asked[] = []
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const observer = new QueryObserver<string>(client, {
    queryKey: key,
    queryFn: () => new Promise((resolve, reject) => asked.push({
      answer: async (value) => {
        resolve(value)
        await settled()
      },
      fail: async () => {
        reject(new Error('The server did not answer.'))
        await settled()
      },
    })),
  })
  stop = observer.subscribe(() => {})
  return { asked, page: () => client.getQueryData(key) }
}

const news = () => askAgain(client, { queryKey: key })

test('an answer that is under way when news comes is shown, and the question put once more', async () => {
  const { asked, page } = shown()
  await asked[0]!.answer('running')
  news()
  news()
  news()
  expect(asked.length, 'one question at a time').toBe(2)
  await asked[1]!.answer('paused')
  expect(page()).toBe('paused')
  expect(asked.length).toBe(3)
  await asked[2]!.answer('running again')
  expect(page()).toBe('running again')
  expect(asked.length, 'and then it rests').toBe(3)
})

test('what failed while the server was away is asked for again when it is back, and nothing else is', async () => {
  const { asked, page } = shown()
  await asked[0]!.fail()
  expect(page()).toBeUndefined()
  askFailedAgain(client)
  await asked[1]!.answer('running')
  expect(page()).toBe('running')
  askFailedAgain(client)
  expect(asked.length).toBe(2)
})

test('news during the very first question is not lost', async () => {
  const { asked, page } = shown()
  news()
  expect(asked.length).toBe(1)
  await asked[0]!.answer('old')
  await asked[1]!.answer('new')
  expect(page()).toBe('new')
})

test('what a person has just changed is never overwritten by an answer from before', async () => {
  const { asked, page } = shown()
  await asked[0]!.answer('paused')
  news()
  void client.invalidateQueries({ queryKey: key })
  await asked[2]!.answer('running')
  await asked[1]!.answer('paused')
  expect(page()).toBe('running')
})

test('what no page shows is asked for when one does', async () => {
  const { asked } = shown()
  await asked[0]!.answer('running')
  stop()
  news()
  expect(asked.length).toBe(1)
  stop = new QueryObserver(client, { queryKey: key, staleTime: 5000, queryFn: () => 'later' }).subscribe(() => {})
  await settled()
  expect(client.getQueryData(key)).toBe('later')
})

test('a page that is left while it is read for the first time asks nothing more', async () => {
  const { asked, page } = shown()
  stop()
  news()
  await asked[0]!.answer('running')
  expect(page()).toBe('running')
  expect(asked.length).toBe(1)
})

test('a question that failed is put once more for the news that came meanwhile', async () => {
  const { asked, page } = shown()
  await asked[0]!.answer('running')
  news()
  news()
  await asked[1]!.fail()
  await asked[2]!.answer('paused')
  expect(page()).toBe('paused')
  expect(asked.length).toBe(3)
})
