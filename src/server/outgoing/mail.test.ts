import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMailer } from '#server/outgoing/mail.ts'

/** A mail server of a few lines: keeps what it gets, and refuses one address for good and one for now. */
let received: string[] = []
const sockets = new Set<net.Socket>()
const server = net.createServer((socket) => {
  sockets.add(socket)
  let inData = false
  let buffer = ''
  socket.write('220 test\r\n')
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    buffer += chunk.toString()
    for (;;) {
      const end = buffer.indexOf('\r\n')
      if (end < 0) return
      const line = buffer.slice(0, end)
      buffer = buffer.slice(end + 2)
      if (inData) {
        if (line === '.') {
          inData = false
          socket.write('250 kept\r\n')
        } else received.push(line)
      } else if (/^DATA/i.test(line)) {
        inData = true
        socket.write('354 go\r\n')
      } else if (/^RCPT.*gone@/i.test(line)) socket.write('550 no such user\r\n')
      else if (/^RCPT.*busy@/i.test(line)) socket.write('451 later\r\n')
      else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
      else socket.write('250 ok\r\n')
    }
  })
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => {
  mailer?.close()
  for (const socket of sockets) socket.destroy()
  server.close()
})
let mailer: ReturnType<typeof createMailer> | undefined
const outbox = async () => { throw new Error('not here') }
const smtp = () => (mailer ??= createMailer({ smtpUrl: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, from: 'Fanwise <f@x.dev>', outbox }))

test('without SMTP the mail goes to the Outbox, with its sender', async () => {
  const kept: unknown[] = []
  const mailer = createMailer<{ run: string }>({ from: 'Fanwise <f@x.dev>', outbox: async (...given) => (kept.push(given), { messageId: 'mail_1' }) })
  expect(await mailer.send({ to: 'a@x.dev', subject: 's', text: 't' }, { run: 'r' })).toEqual({ messageId: 'mail_1', via: 'outbox' })
  expect(kept).toEqual([[{ to: 'a@x.dev', subject: 's', text: 't', from: 'Fanwise <f@x.dev>' }, { run: 'r' }]])
})
test('with SMTP it goes there', async () => {
  const { messageId, via } = await smtp().send({ to: 'a@x.dev', subject: 'Grüße', html: '<p>Hi</p>' }, undefined)
  expect(via).toBe('smtp')
  expect(received.join('\n')).toContain(messageId)
  expect(received.join('\n')).toMatch(/From: Fanwise <f@x\.dev>[^]*To: a@x\.dev[^]*<p>Hi<\/p>/)
})
test('a final and a temporary refusal', async () => {
  await expect(smtp().send({ to: 'gone@x.dev', subject: 's', text: 't' }, undefined)).rejects.toMatchObject({ code: 'step_refused', retriable: false, message: expect.stringContaining('550') })
  await expect(smtp().send({ to: 'busy@x.dev', subject: 's', text: 't' }, undefined)).rejects.toMatchObject({ code: 'step_outside', retriable: true, message: expect.stringContaining('451') })
})
test('a mail that reached only some of its people is said so, and not sent to those again', async () => {
  received = []
  await expect(smtp().send({ to: 'a@x.dev, gone@x.dev', subject: 's', text: 'only once' }, undefined)).rejects.toMatchObject({
    code: 'step_refused', retriable: false, message: expect.stringMatching(/^The mail went to a@x\.dev, but the mail server .* did not take it for gone@x\.dev: .*550/), facts: { sent: ['a@x.dev'], refused: ['gone@x.dev'] },
  })
  expect(received.filter((line) => line.includes('only once'))).toHaveLength(1)
})
test('a mail cannot bring files of the server', async () => {
  received = []
  await smtp().send({ to: 'a@x.dev', subject: 's', text: { path: '/etc/passwd' } as unknown as string }, undefined).catch(() => undefined)
  expect(received.join('\n')).not.toContain('root:')
})
test('a wrong setting is said at start', () => {
  for (const smtpUrl of ['mail.x.dev', 'http://mail.x.dev', 'smtp://']) expect(() => createMailer({ smtpUrl, from: 'f', outbox })).toThrow(/FANWISE_SMTP_URL/)
})
test('a server that is not there can be tried again', async () => {
  const mailer = createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from: 'f@x.dev', outbox })
  await expect(mailer.send({ to: 'a@x.dev', subject: 's', text: 't' }, undefined)).rejects.toMatchObject({ code: 'step_outside', message: '127.0.0.1:1 refuses connections.' })
  mailer.close()
})
