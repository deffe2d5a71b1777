import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { UsageError, type Command } from '#cli/fanwise/command.ts'
import { withDatabase } from '#cli/fanwise/database.ts'
import { readSaved, save } from '#cli/fanwise/saved.ts'
import { actorOf, type Actor } from '#server/audit/record.ts'
import { ensureAccount } from '#server/auth/sign-up.ts'
import { db } from '#server/db.ts'
import { env } from '#server/env.ts'
import { createKey, revokeKeys } from '#server/keys/keys.ts'
import { publicUrl } from '#server/process.ts'

const keyName = 'bootstrap'

export const bootstrap: Command = {
  name: 'bootstrap',
  usage: 'bootstrap --email <address> --password <text> --workspace <name> [--json]',
  summary: 'Create an account with its workspace, or find it again; print its keys.',
  help: `fanwise bootstrap --email <address> --password <text> --workspace <name> [--name <person>] [--json]

Creates the account, its workspace with the example workflows, an API key and an event key.
Works on the database itself, whether the server runs or not. Run again, it finds what is
there, changes nothing (the password stays), and prints the same keys.

The database keeps only the hash of an API key. Its text is kept in bootstrap.json in the data
folder (readable by you only). When that file is gone or the key in it was revoked, a new key
named "bootstrap" is made and the one before it stops working.

  --json   one JSON object: { url, workspace, workspaceName, email, apiKey, eventKey, created }`,
  async run(args) {
    const { values } = parseArgs({ args, options: { email: { type: 'string' }, password: { type: 'string' }, workspace: { type: 'string' }, name: { type: 'string' }, json: { type: 'boolean' } } })
    const { email, password, workspace, name, json } = values
    for (const [option, value] of Object.entries({ email, password, workspace })) {
      if (value === undefined || value === '') throw new UsageError(`--${option} is missing.`)
    }
    const answer = await withDatabase(env(), () => prepareAccount({ email: email!, password: password!, workspace: workspace!, ...(name === undefined ? {} : { name }) }))
    console.log(json ? JSON.stringify(answer) : inWords(answer))
    return 0
  },
}

interface Answer {
  url: string
  workspace: string
  workspaceName: string
  email: string
  apiKey: string
  eventKey: string
  created: boolean
}

async function prepareAccount(input: { email: string; password: string; workspace: string; name?: string }): Promise<Answer> {
  const account = await ensureAccount(input)
  const { dataDir } = env()
  const { slug, name, id } = account.workspace
  const apiKey = account.apiKey ?? (await usableKey(id, readSaved(dataDir)?.workspaces[slug]?.apiKey)) ?? (await newKey(id, actorOf({ id: account.userId, email: input.email.trim() })))
  const url = publicUrl(env())
  save(dataDir, url, slug, apiKey)
  return { url, workspace: slug, workspaceName: name, email: input.email.trim(), apiKey, eventKey: account.eventKey, created: account.created }
}

/** The saved key, if this workspace still takes it. */
async function usableKey(workspaceId: string, text: string | undefined): Promise<string | null> {
  if (text === undefined) return null
  const hash = new Uint8Array(createHash('sha256').update(text).digest())
  return (await db().apiKey.count({ where: { workspaceId, kind: 'api', hash, revokedAt: null } })) > 0 ? text : null
}

async function newKey(workspaceId: string, by: Actor): Promise<string> {
  return db().$transaction(async (tx) => {
    await revokeKeys(tx, workspaceId, { kind: 'api', name: keyName }, by)
    return (await createKey(workspaceId, 'api', keyName, by, tx)).text
  })
}

function inWords(answer: Answer): string {
  return [
    `  ${answer.created ? 'Created' : 'Found'} ${answer.email} with the workspace ${answer.workspaceName}.`, '',
    `  Workspace   ${answer.url}/w/${answer.workspace}`,
    `  API key     ${answer.apiKey}`,
    `  Event key   ${answer.eventKey}`, '',
    `  Send an event:`,
    `  curl ${answer.url}/e/${answer.eventKey} -H 'Content-Type: application/json' \\`,
    `    -d '{"name":"user/account.created","data":{"userId":"usr_1","email":"ada@north.io","name":"Ada","plan":"free","signedUpAt":"2026-11-25T09:00:00Z"}}'`,
  ].join('\n')
}
