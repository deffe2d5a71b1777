/**
 * Asks again for what news is about. News may come faster than answers: an answer under way is let in, and the
 * question is put once more after it, since it may have been read before what the news tells of. Were each
 * question dropped for the next one, a slow server would never be heard while there is news, and the browser's
 * few connections would fill with questions that nobody waits for.
 */
import type { Query, QueryClient, QueryFilters } from '@tanstack/react-query'

/** Questions that are put once more when their answer is in. */
const again = new WeakSet<Query>()

/** One question at a time for each query; those that nothing shows are asked when something does. */
export function askAgain(client: QueryClient, filters: QueryFilters): void {
  for (const query of client.getQueryCache().findAll(filters)) ask(client, query)
}

/** What could not be had while the server was away, once it is back. */
export const askFailedAgain = (client: QueryClient): void => askAgain(client, { predicate: ({ state }) => state.status === 'error' })

function ask(client: QueryClient, query: Query): void {
  if (query.state.fetchStatus !== 'fetching') return void client.invalidateQueries({ queryKey: query.queryKey, exact: true })
  if (again.has(query)) return
  again.add(query)
  // This joins the question that is under way.
  void query.fetch(undefined, { cancelRefetch: false }).catch(() => {}).then(() => {
    again.delete(query)
    ask(client, query)
  })
}
