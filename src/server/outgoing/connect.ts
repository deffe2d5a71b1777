/** Opens connections only to addresses that were checked: resolve once, check all, connect to one of those. */
import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import net from 'node:net'
import { buildConnector } from 'undici'
import { FanwiseError } from '#base/errors.ts'
import type { AddressGuard } from '#server/outgoing/addresses.ts'

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

const systemResolve: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true, verbatim: true })

/** What a refusal says. The operator of the installation can lift it; nobody inside a workspace can. */
export function insideNetwork(hostname: string, address: string): FanwiseError {
  const what = net.isIP(hostname) === 0 && hostname !== address ? `${hostname} leads to ${address}, which` : address
  return new FanwiseError('step_refused', `${what} is inside this server's network. Steps call public addresses only.`, {
    fix: 'Use a public address, or have the operator of this installation list it in FANWISE_EGRESS_ALLOW.',
    facts: { host: hostname, address },
  })
}

/** A `lookup` for sockets that fails when any address of the name is forbidden. */
export function guardedLookup(guard: AddressGuard, resolve: Resolve = systemResolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const bad = addresses.find((entry) => !guard.isAllowed(entry.address))
        const [first] = addresses
        if (bad !== undefined) callback(insideNetwork(hostname, bad.address), '', 0)
        else if (first === undefined) callback(Object.assign(new Error(`${hostname} was not found.`), { code: 'ENOTFOUND' }), '', 0)
        else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

/** A connector for undici. An address written as numbers is not looked up, so it is checked here. */
export function guardedConnector(guard: AddressGuard, resolve: Resolve = systemResolve, connectTimeoutMs = 10_000): buildConnector.connector {
  const options = { timeout: connectTimeoutMs, allowH2: false }
  const guarded = buildConnector({ ...options, lookup: guardedLookup(guard, resolve) } as buildConnector.BuildOptions)
  const open = buildConnector(options)
  return (target, callback) => {
    const hostname = target.hostname.replace(/^\[|\]$/g, '')
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80))
    if (guard.allowsHost(hostname, port)) return open(target, callback)
    if (net.isIP(hostname) !== 0 && !guard.isAllowed(hostname)) return callback(insideNetwork(hostname, hostname), null)
    return guarded(target, callback)
  }
}
