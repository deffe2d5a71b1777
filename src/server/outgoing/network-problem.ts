/** Why nothing answered, in words. Network trouble is tried again; a wrong set-up is not. */
import { FanwiseError } from '#base/errors.ts'

const texts: Record<string, (host: string) => { message: string; fix: string }> = {
  ENOTFOUND: (host) => ({ message: `${host} was not found.`, fix: 'Check the address. It is tried again while retries are left.' }),
  EAI_AGAIN: (host) => ({ message: `The name ${host} could not be looked up just now.`, fix: 'It is tried again while retries are left.' }),
  ECONNREFUSED: (host) => ({ message: `${host} refuses connections.`, fix: 'Check that it is running and that the port is right.' }),
  ECONNRESET: (host) => ({ message: `${host} closed the connection before it answered.`, fix: 'It is tried again while retries are left.' }),
  EHOSTUNREACH: (host) => ({ message: `There is no way to ${host} from this server.`, fix: 'Check the address and the network.' }),
  ENETUNREACH: (host) => ({ message: `There is no way to ${host} from this server.`, fix: 'Check the address and the network.' }),
  ETIMEDOUT: (host) => ({ message: `${host} could not be reached in time.`, fix: 'It is tried again while retries are left.' }),
}
const same: Record<string, string> = { UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT', UND_ERR_SOCKET: 'ECONNRESET', EPIPE: 'ECONNRESET' }

/** The FanwiseError of anything the network threw; one that is already ours, also inside, is kept. */
export function networkProblem(thrown: unknown, host: string, url?: string): FanwiseError {
  for (let error = thrown, depth = 0; error !== undefined && error !== null && depth < 5; depth++) {
    if (error instanceof FanwiseError) return error
    const inner = (error as AggregateError).errors
    error = Array.isArray(inner) && inner.length > 0 ? (inner[0] as unknown) : (error as Error).cause
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  // Some clients give a code of their own and leave the system's in the text.
  const given = codeOf(thrown)
  const raw = texts[given] === undefined && same[given] === undefined ? (/\bE[A-Z]{5,}\b/.exec(text)?.[0] ?? given) : given
  const code = same[raw] ?? raw
  const known = texts[code]?.(host)
  const facts = { code: raw, ...(url === undefined ? {} : { url }) }
  if (known !== undefined) return new FanwiseError('step_outside', known.message, { fix: known.fix, facts, cause: thrown })
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return new FanwiseError('step_outside', `The certificate of ${host} cannot be trusted (${code}).`, { fix: 'Have it renewed, or use the name it was issued for.', facts, cause: thrown })
  }
  return new FanwiseError('step_outside', `The connection to ${host} failed: ${text}`, { fix: 'It is tried again while retries are left.', facts, cause: thrown })
}

function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error !== undefined && error !== null && depth < 5; depth++) {
    const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] }
    if (typeof code === 'string') return code
    error = Array.isArray(errors) ? errors[0] : cause
  }
  return ''
}
