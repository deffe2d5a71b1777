import { call } from '#cli/fanwise/client.ts'
import type { Command } from '#cli/fanwise/command.ts'

export const openapi: Command = {
  name: 'openapi',
  usage: 'openapi',
  summary: 'Print the OpenAPI 3.1 description of the REST API.',
  help: `fanwise openapi

Prints the description that the server gives at /api/v1/openapi.json.`,
  async run() {
    console.log(JSON.stringify(await call('GET', '/openapi.json'), null, 2))
    return 0
  },
}
