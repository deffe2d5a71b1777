/** Names one opening of the editor. Not `crypto.randomUUID`, which browsers keep from addresses without TLS. */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `c_${[...bytes].map((byte) => (byte % 36).toString(36)).join('')}`
}
