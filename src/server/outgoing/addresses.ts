/**
 * Which addresses a step may reach. Text is never matched: an address is parsed to bytes, and
 * one that carries another (mapped, 6to4, NAT64, Teredo, ISATAP) is judged by both.
 */
import net from 'node:net'

export interface AddressGuard {
  /** True for an address that is not inside this server's network, or that the operator allows. */
  isAllowed(address: string): boolean
  /** True when the operator lists this name and port. */
  allowsHost(hostname: string, port: number): boolean
}

const forbidden4: [string, number][] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
  // Metadata services of clouds on public-looking addresses.
  ['168.63.129.16', 32],
]
const forbidden6: [string, number][] = [
  ['::', 128], ['::1', 128], ['fe80::', 10], ['fec0::', 10], ['fc00::', 7], ['ff00::', 8], ['2001:db8::', 32], ['100::', 64], ['64:ff9b:1::', 48], ['3fff::', 20], ['5f00::', 16],
]

const forbidden = new net.BlockList()
for (const [address, prefix] of forbidden4) forbidden.addSubnet(address, prefix, 'ipv4')
for (const [address, prefix] of forbidden6) forbidden.addSubnet(address, prefix, 'ipv6')

/** A guard with the operator's exceptions: CIDR ranges, addresses, or `host:port`. Throws for an entry that is none of these. */
export function createAddressGuard(allow: readonly string[] = []): AddressGuard {
  const ranges = new net.BlockList()
  const hosts = new Set<string>()
  for (const entry of allow) addException(entry.trim(), ranges, hosts)
  return {
    isAllowed(address) {
      const bytes = addressBytes(address)
      if (bytes === null) return false
      const plain = bytesText(bytes)
      if (ranges.check(plain, familyOf(plain))) return true
      return carried(bytes).every((inner) => {
        const text = bytesText(inner)
        return !forbidden.check(text, familyOf(text)) || ranges.check(text, familyOf(text))
      })
    },
    allowsHost: (hostname, port) => hosts.has(`${hostname.toLowerCase().replace(/\.$/, '')}:${port}`),
  }
}

function addException(entry: string, ranges: net.BlockList, hosts: Set<string>): void {
  const cidr = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(entry)
  if (cidr !== null && net.isIP(cidr[1]!) !== 0 && Number(cidr[2]) <= (net.isIPv4(cidr[1]!) ? 32 : 128)) {
    ranges.addSubnet(cidr[1]!, Number(cidr[2]), familyOf(cidr[1]!))
  } else if (net.isIP(entry) !== 0) {
    ranges.addAddress(entry, familyOf(entry))
  } else {
    const named = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i.exec(entry)
    if (named === null) throw new Error(`FANWISE_EGRESS_ALLOW: "${entry}" is neither a range such as 10.0.0.0/8 nor host:port.`)
    hosts.add(`${named[1]!.toLowerCase().replace(/^\[|\]$/g, '')}:${named[2]}`)
  }
}

const familyOf = (address: string) => (net.isIPv4(address) ? 'ipv4' : 'ipv6')

/** 4 or 16 bytes of a canonical address, or null when the text is none. A zone id is dropped. */
export function addressBytes(text: string): Uint8Array | null {
  const address = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (net.isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!net.isIPv6(address)) return null
  return bytesOf6(address)
}

function bytesOf6(address: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  let text = address
  if (dotted !== null) {
    const [a, b, c, d] = dotted[2]!.split('.').map(Number) as [number, number, number, number]
    text = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0'), ...right]
  const bytes = new Uint8Array(16)
  groups.forEach((group, index) => {
    const value = parseInt(group, 16)
    bytes[index * 2] = value >> 8
    bytes[index * 2 + 1] = value & 0xff
  })
  return bytes
}

function bytesText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16))
  return groups.join(':')
}

const startsWith = (bytes: Uint8Array, prefix: number[]) => prefix.every((byte, index) => bytes[index] === byte)

/** The address and those it carries inside. */
function carried(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length === 4) return [bytes]
  const last4 = bytes.slice(12)
  const zeros = (to: number) => bytes.slice(0, to).every((byte) => byte === 0)
  // Mapped, translated and compatible forms are IPv4 under another name: only the inner one counts.
  if (zeros(10) && bytes[10] === 0xff && bytes[11] === 0xff) return [last4]
  if (startsWith(bytes, [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) return [last4]
  if (zeros(8) && startsWith(bytes.slice(8), [0xff, 0xff, 0, 0])) return [last4]
  if (zeros(12)) return [bytes, last4]
  const all = [bytes]
  if (startsWith(bytes, [0x20, 0x02])) all.push(bytes.slice(2, 6))
  if (startsWith(bytes, [0x20, 0x01, 0, 0])) all.push(bytes.slice(4, 8), last4.map((byte) => byte ^ 0xff))
  if ((bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe) all.push(last4)
  return all
}
