/**
 * Secrets at rest: AES-256-GCM under a key derived from the installation's secret. What a value belongs to
 * (workspace, kind, name) is authenticated with it, so a row cannot be moved to another place. Each
 * row names its key: after FANWISE_SECRET changed, FANWISE_SECRET_BEFORE still opens old rows.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { FanwiseError } from '#base/errors.ts'

export interface Sealed {
  /** 12 bytes of nonce, 16 of tag, then the text. */
  cipher: Uint8Array<ArrayBuffer>
  keyId: string
}

/** What a secret belongs to. */
export interface SealedFor {
  workspaceId: string
  kind: 'connection' | 'secret'
  /** Id of a connection, name of a secret. */
  id: string
}

const nonceBytes = 12
const tagBytes = 16
const shownFrom = 12

interface Key {
  id: string
  bytes: Uint8Array
}

function keyOf(secret: string): Key {
  const bytes = new Uint8Array(hkdfSync('sha256', secret, 'fanwise', 'connections and secrets, version 1', 32))
  return { id: createHash('sha256').update('key id').update(bytes).digest('hex').slice(0, 12), bytes }
}

export class Cipher {
  private readonly current: Key
  private readonly keys: Map<string, Key>

  /** @param before secrets that were in use earlier */
  constructor(secret: string, before: readonly string[] = []) {
    this.current = keyOf(secret)
    this.keys = new Map([...before.map(keyOf), this.current].map((key) => [key.id, key]))
  }

  get keyId(): string {
    return this.current.id
  }

  knows(keyId: string): boolean {
    return this.keys.has(keyId)
  }

  seal(text: string, belongs: SealedFor): Sealed {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.current.bytes, nonce).setAAD(boundTo(belongs))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return { cipher: new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), sealed])), keyId: this.current.id }
  }

  /** @throws unavailable when the key is not known here or the row was tampered with; never says anything of the text */
  open({ cipher, keyId }: { cipher: Uint8Array; keyId: string }, belongs: SealedFor, name: string): string {
    const key = this.keys.get(keyId)
    const what = belongs.kind === 'connection' ? `The connection ${name}` : `The secret ${name}`
    if (key === undefined) {
      throw new FanwiseError('step_refused', `${what} was stored with another FANWISE_SECRET than this process has.`, {
        fix: 'Give every process the same FANWISE_SECRET; an earlier one goes into FANWISE_SECRET_BEFORE. Or enter the secret again in Settings.', retriable: true,
      })
    }
    try {
      const bytes = Buffer.from(cipher)
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, nonceBytes)).setAAD(boundTo(belongs)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
    } catch {
      throw new FanwiseError('step_refused', `${what} cannot be read: what is stored was changed from outside.`, { fix: 'Enter the secret again in Settings.' })
    }
  }
}

function boundTo({ workspaceId, kind, id }: SealedFor): Buffer {
  return Buffer.from(`${workspaceId}\u0000${kind}\u0000${id}`, 'utf8')
}

/** The last four characters of a long secret, so people can tell one from another; null for a short one. */
export function lastFour(text: string): string | null {
  return text.length >= shownFrom ? text.slice(-4) : null
}

/** The installation's cipher: NEXTAUTH_SECRET is FANWISE_SECRET, or the one made and kept beside the data. */
export function installationCipher(before: readonly string[]): Cipher {
  const secret = process.env.NEXTAUTH_SECRET
  if (!secret) throw new Error('The secret of this installation is not read yet.')
  return new Cipher(secret, before)
}
