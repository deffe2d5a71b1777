/**
 * Whether a host as it stands in a drawing (a service of the playground without its scheme) is among those of a
 * connection or secret, as the server decides before it sends: `*.example.com` is every name below it.
 */
export function isAmongHosts(hosts: readonly string[], drawn: string): boolean {
  return hosts.some((host) => (host.startsWith('*.') ? drawn.endsWith(host.slice(1)) : host.replace(/^playground:\/\//, '') === drawn))
}
