/** The dynamic fan-out every bench of it uses: users are fetched, each becomes an event, each event a run of two memoised steps at limit 50. */
import type { FunctionDefinition } from '#graph/definition.ts'
import { fn, step, transform } from '#tests/support/factories.ts'

/** Up to this many items the list holds whole people. A million of them would be a step's output of 80 MB, so from there on it holds their ids. */
const peopleMax = 100_000

export function digest(items: number): FunctionDefinition[] {
  const [url, list, data] = items > peopleMax
    ? ['playground://users/ids', '{{ steps.load_users.body.ids }}', '{ "userId": {{ item }}, "email": "{{ item }}@t.test", "name": "User {{ item }}", "timezone": "Asia/Dhaka" }'] as const
    : ['playground://users/users', '{{ steps.load_users.body.users }}', '{ "userId": {{ item.id }}, "email": {{ item.email }}, "name": {{ item.name }}, "timezone": {{ item.timezone }} }'] as const
  return [
    fn('weekly-digest-orchestrator', 'digest/requested', [
      step('load_users', 'http', { method: 'GET', url }),
      step('fan_out', 'emit-each', { items: list, event: 'digest/weekly.send', data }, ['load_users']),
    ]),
    fn('send-weekly-digest', 'digest/weekly.send', [
      transform('build', { userId: '{{ event.data.userId }}', subject: 'Your weekly digest, {{ event.data.name }}' }),
      transform('send', { to: '{{ event.data.email }}', subject: '{{ steps.build.subject }}' }, ['build']),
    ], { concurrency: { limit: 50 } }),
  ]
}
