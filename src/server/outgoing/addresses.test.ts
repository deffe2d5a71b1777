import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { addressBytes, createAddressGuard } from '#server/outgoing/addresses.ts'

const guard = createAddressGuard()

/** As a step would write it: what `new URL` makes of the host, and what the guard says to that. */
function throughUrl(host: string): 'refused' | 'allowed' | 'name' {
  let hostname: string
  try {
    hostname = new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return 'refused'
  }
  return addressBytes(hostname) === null ? 'name' : guard.isAllowed(hostname) ? 'allowed' : 'refused'
}

const forbidden = `0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 100.100.100.200 127.0.0.1 127.1.2.3 127.255.255.254 169.254.0.1 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16
127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 017700000001 0177.0.0.1 0177.1 127.0.0.1. 0 0x0 00 %31%32%37.0.0.1 １２７.０.０.１ 127。0。0。1 ⑩.0.0.1 0xA9FEA9FE 2852039166 0251.0376.0251.0376 169.254.43518 user:pass@127.0.0.1 user@10.0.0.1
[::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:169.254.169.254] [::ffff:a9fe:a9fe] [0:0:0:0:0:ffff:10.0.0.1] [::ffff:0:127.0.0.1] [::127.0.0.1] [::7f00:1] [::10.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::1] [64:ff9b:1:ffff::8.8.8.8]
[2002:7f00:1::] [2002:a00:1::1] [2002:c0a8:101::1] [2002:a9fe:a9fe::] [2001:0:7f00:1::] [2001:0:808:808::80ff:fffe] [2001:0:808:808::f5ff:fffe] [fe80::1] [febf::1] [fec0::1] [fc00::1] [fd00:ec2::254] [fdff::1] [ff02::1] [ff0e::1] [2001:db8::1] [100::1] [3fff::1] [5f00::1]
[2a00:1450::5efe:127.0.0.1] [2a00:1450::200:5efe:10.0.0.1] [fe80::5efe:c0a8:101]`.split(/\s+/)

const allowed = `1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1 192.88.98.1 192.167.255.255 192.169.0.1
198.17.255.255 198.20.0.1 198.51.99.1 203.0.112.1 203.0.114.1 223.255.255.255 134744072 0x08080808 010.8.8.8 93.184.216.34 168.63.129.17
[2606:4700:4700::1111] [2a00:1450:4001:80b::200e] [::ffff:8.8.8.8] [::ffff:808:808] [64:ff9b::8.8.8.8] [2002:808:808::1] [2001:0:808:808::f7f7:f7f7] [2a00:1450::5efe:8.8.8.8] [2001:4860:4860::8888] [fe00::1]`.split(/\s+/)

describe('refused', () => {
  test(`there are many spellings`, () => expect(forbidden.length).toBeGreaterThan(90))
  test.each(forbidden)('%s', (host) => expect(throughUrl(host)).toBe('refused'))
  test.each(['fe80::1%eth0', '::1%1', 'localhost', '', '999.1.1.1', '::ffff:999.1.1.1', '1.1.1'])('not through URL: %j', (address) => expect(guard.isAllowed(address)).toBe(false))
})
describe('allowed', () => {
  test.each(allowed)('%s', (host) => expect(throughUrl(host)).toBe('allowed'))
})
test('every form that carries an IPv4 address is judged by it', () => {
  fc.assert(fc.property(fc.ipV4(), (address) => {
    const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number]
    const hex = [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)].join(':')
    const bare = guard.isAllowed(address)
    for (const form of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`, `2a00::5efe:${hex}`]) expect(`${form} ${guard.isAllowed(form)}`).toBe(`${form} ${bare}`)
  }))
})
describe('exceptions of the operator', () => {
  const open = createAddressGuard(['10.1.0.0/16', '127.0.0.1', 'fd00::/8', 'crm.internal:8080', 'LOCALHOST:3000', '[::1]:8080'])
  test.each([['10.1.2.3', true], ['10.2.0.1', false], ['127.0.0.1', true], ['127.0.0.2', false], ['fd12::1', true], ['fc00::1', false], ['::ffff:10.1.2.3', true], ['::ffff:10.2.2.3', false]])('%s: %s', (address, expected) => expect(open.isAllowed(address)).toBe(expected))
  test('by name and port', () => {
    expect([open.allowsHost('crm.internal', 8080), open.allowsHost('CRM.internal.', 8080), open.allowsHost('crm.internal', 80), open.allowsHost('localhost', 3000), open.allowsHost('::1', 8080), open.allowsHost('::1', 80)]).toEqual([true, true, false, true, true, false])
  })
  test.each(['10.0.0.0/99', 'crm', 'http://crm', '10.0.0.0/8/8', ''])('%j is said to be wrong at start', (entry) => expect(() => createAddressGuard([entry])).toThrow(/FANWISE_EGRESS_ALLOW/))
})
