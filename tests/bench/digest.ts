/** The dynamic fan-out every bench of it uses: users are fetched, each becomes an event, each event a run of two memoised steps at limit 50. */
import type { FunctionDefinition } from '#graph/definition.ts'
import { fn, step, transform } from '#tests/support/factories.ts'

/** @param idsFrom a service that lists the users' ids page by page, in place of the playground's whole people: a million of them would be a step's output of 80 MB */
export function digest(idsFrom?: string): FunctionDefinition[] {
  const [request, list, data] = idsFrom !== undefined
    ? [{ url: idsFrom, pages: 'count', itemsPath: 'ids' }, '{{ steps.load_users.items }}', '{ "userId": {{ item }}, "email": "{{ item }}@t.test", "name": "User {{ item }}", "timezone": "Asia/Dhaka" }'] as const
    : [{ url: 'playground://users/users' }, '{{ steps.load_users.body.users }}', '{ "userId": {{ item.id }}, "email": {{ item.email }}, "name": {{ item.name }}, "timezone": {{ item.timezone }} }'] as const
  return [
    fn('weekly-digest-orchestrator', 'digest/requested', [
      step('load_users', 'http', { method: 'GET', ...request }),
      step('fan_out', 'emit-each', { items: list, event: 'digest/weekly.send', data }, ['load_users']),
    ]),
    fn('send-weekly-digest', 'digest/weekly.send', [
      transform('build', { userId: '{{ event.data.userId }}', subject: 'Your weekly digest, {{ event.data.name }}' }),
      transform('send', { to: '{{ event.data.email }}', subject: '{{ steps.build.subject }}' }, ['build']),
    ], { concurrency: { limit: 50 } }),
  ]
}
