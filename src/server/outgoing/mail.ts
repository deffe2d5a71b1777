/** Mail: by SMTP when the operator set it, else into the Outbox. */
import type { Transporter } from 'nodemailer'
import { createTransport } from 'nodemailer'
import { FanwiseError } from '#base/errors.ts'
import { networkProblem } from '#server/outgoing/network-problem.ts'
import type { OutgoingMail } from '#steps/kind.ts'

export interface MailerOptions<Info> {
  /** `smtp://user:password@host:587` or `smtps://…`; absent = Outbox. */
  smtpUrl?: string | undefined
  /** Sender of mails that name none. */
  from: string
  /** Keeps the mail and answers its id. */
  outbox(mail: OutgoingMail & { from: string }, info: Info): Promise<{ messageId: string }>
}

export interface Mailer<Info> {
  send(mail: OutgoingMail, info: Info): Promise<{ messageId: string; via: 'smtp' | 'outbox' }>
  close(): void
}

interface SmtpTarget {
  host: string
  port: number
  secure: boolean
  user: string
  password: string
}

/** The way mails go. Throws when the SMTP address is not usable, so a wrong setting is seen at start. */
export function createMailer<Info = void>(options: MailerOptions<Info>): Mailer<Info> {
  if (options.smtpUrl === undefined || options.smtpUrl === '') {
    return {
      send: async (mail, info) => ({ messageId: (await options.outbox({ ...mail, from: mail.from ?? options.from }, info)).messageId, via: 'outbox' }),
      close: () => undefined,
    }
  }
  const target = smtpTarget(options.smtpUrl)
  const transport = createSmtp(target)
  return {
    async send(mail, _info) {
      try {
        const sent = await transport.sendMail({
          from: mail.from ?? options.from, to: mail.to, subject: mail.subject, ...(mail.html === undefined ? {} : { html: mail.html }), ...(mail.text === undefined ? {} : { text: mail.text }),
          disableFileAccess: true, disableUrlAccess: true,
        })
        if ((sent.rejected ?? []).length > 0) throw partlyRefused(sent, target)
        return { messageId: sent.messageId, via: 'smtp' }
      } catch (thrown) {
        throw smtpProblem(thrown, target)
      }
    },
    close: () => transport.close(),
  }
}

function smtpTarget(text: string): SmtpTarget {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw new Error('FANWISE_SMTP_URL is not an address such as smtp://user:password@mail.example.com:587.')
  }
  const secure = url.protocol === 'smtps:'
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (secure ? 465 : 587)), secure, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
}

/**
 * No address guard here: the operator named this one server in the settings, which is leave to
 * call it wherever it stands, and nothing a workspace writes can change where it points.
 */
function createSmtp({ host, port, secure, user, password }: SmtpTarget): Transporter {
  return createTransport({
    host, port, secure, pool: true, maxConnections: 5, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 50_000,
    ...(user === '' ? {} : { auth: { user, pass: password } }),
  })
}

interface Sent {
  accepted?: unknown[]
  rejected?: unknown[]
  rejectedErrors?: (Error & { response?: string })[]
}

/** Not tried again: the others have the mail already. */
function partlyRefused({ accepted, rejected, rejectedErrors }: Sent, { host, port }: SmtpTarget): FanwiseError {
  const [sent, refused] = [accepted, rejected].map((list = []) => list.map(String)) as [string[], string[]]
  const why = rejectedErrors?.[0]?.response ?? rejectedErrors?.[0]?.message ?? 'no reason given'
  return new FanwiseError('step_refused', `The mail went to ${sent.join(', ')}, but the mail server ${host}:${port} did not take it for ${refused.join(', ')}: ${why.slice(0, 300)}`, {
    fix: 'Correct these addresses, and send it to them alone: retrying from here sends it to all of them again.', facts: { sent, refused },
  })
}

/** 4xx answers of SMTP are temporary, 5xx final. */
function smtpProblem(thrown: unknown, { host, port }: SmtpTarget): FanwiseError {
  if (thrown instanceof FanwiseError) return thrown
  const error = thrown as Error & { responseCode?: number; response?: string; code?: string }
  const name = `${host}:${port}`
  if (error.code === 'EAUTH') {
    return new FanwiseError('step_refused', `The mail server ${name} did not accept the login.`, { fix: 'Have the operator check FANWISE_SMTP_URL.', cause: thrown })
  }
  if (typeof error.responseCode === 'number') {
    const temporary = error.responseCode < 500
    return new FanwiseError(temporary ? 'step_outside' : 'step_refused', `The mail server ${name} answered ${error.responseCode}: ${(error.response ?? '').slice(0, 300)}`, {
      fix: temporary ? 'It is tried again while retries are left.' : 'Check the addresses of the mail.', facts: { status: error.responseCode }, cause: thrown,
    })
  }
  return networkProblem(thrown, name)
}
