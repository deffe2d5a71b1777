/** The dynamic fan-out every bench of it uses: users are fetched, each becomes an event, each event a run of two memoised steps at limit 50. */
import type { FunctionDefinition } from '#graph/definition.ts'
import { fn, step, transform } from '#tests/support/factories.ts'

export const digest: FunctionDefinition[] = [
  fn('weekly-digest-orchestrator', 'digest/requested', [
    step('load_users', 'http', { method: 'GET', url: 'playground://users/users' }),
    step('fan_out', 'emit-each', { items: '{{ steps.load_users.body.users }}', event: 'digest/weekly.send', data: '{ "userId": {{ item.id }}, "email": {{ item.email }}, "name": {{ item.name }}, "timezone": {{ item.timezone }} }' }, ['load_users']),
  ]),
  fn('send-weekly-digest', 'digest/weekly.send', [
    transform('build', { userId: '{{ event.data.userId }}', subject: 'Your weekly digest, {{ event.data.name }}' }),
    transform('send', { to: '{{ event.data.email }}', subject: '{{ steps.build.subject }}' }, ['build']),
  ], { concurrency: { limit: 50 } }),
]
