/** Stands between a step and the service it calls. */
import { FanwiseError } from '#base/errors.ts'
import type { ServiceGuard } from '#engine/execute-step.ts'
import type { Breaker } from '#engine/holds/breaker.ts'
import { serviceOf, type Holds } from '#engine/holds/holds.ts'

export function serviceGuard(holds: Holds, breaker: Breaker): ServiceGuard {
  return {
    check(workspaceId, url, pass, connection = null) {
      if (holds.none) return
      for (const host of [serviceOf(url), connection]) {
        const hold = host === null ? null : holds.service(workspaceId, host, pass)
        if (hold !== null) throw new FanwiseError('step_parked', `${host} is parked.`, { fix: 'It goes on by itself when the service is let go.', facts: { holdId: hold.id, host } })
      }
    },
    report(workspaceId, url, connection, answer) {
      const host = url === null ? null : serviceOf(url)
      if (host !== null) breaker.report(workspaceId, host, answer !== 'failed')
      // A service that is down says nothing of who may use it.
      if (connection !== null && answer !== 'failed') breaker.report(workspaceId, connection, answer === 'answered')
    },
  }
}
