import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { emptyCatalog, type Catalog } from '#graph/compile/catalog.ts'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'

const catalog: Catalog = {
  ...emptyCatalog,
  values: { connections: [{ name: 'CRM', hosts: ['api.crm.dev', '*.crm.io', 'playground://crm'] }], secrets: [{ name: 'KEY', hosts: [] }], settings: ['REGION'] },
}

function drawing(config: JsonObject, each?: { items: string; concurrency: number }): GraphDocument {
  return {
    ...emptyDocument(),
    nodes: {
      e: { id: 'e', type: 'event', position: { x: 0, y: 0 }, event: 'a/b' },
      f: { id: 'f', type: 'function', position: { x: 0, y: 0 }, slug: 'send', name: 'Send', retries: 0 },
      s: { id: 's', type: 'step', position: { x: 0, y: 0 }, parent: 'f', key: 'call', name: 'Call', kind: 'http', config: { method: 'POST', url: 'https://api.crm.dev/x', query: [], headers: [], bodyType: 'none', body: '', form: [], text: '', timeout: '30s', failOn: 'non-2xx', ...config }, ...(each === undefined ? {} : { each }) },
    },
    edges: { r: { id: 'r', type: 'subscription', source: 'e', target: 'f' } },
  } as unknown as GraphDocument
}

const found = (config: JsonObject, within: Catalog = catalog, each?: { items: string; concurrency: number }) => compile(drawing(config, each), within).diagnostics.map((one) => `${one.severity} ${one.code} ${one.field}`)
const header = (value: string): JsonObject => ({ headers: [{ name: 'X-Key', value }] })

describe('connections', () => {
  test.each<[JsonObject, string[]]>([
    [{ auth: 'connection', connection: 'CRM' }, []],
    [{ auth: 'connection', connection: 'CRM', url: 'https://eu.crm.io/a' }, []],
    [{ auth: 'connection', connection: 'CRM', url: 'playground://crm/a' }, []],
    [{ auth: 'connection', connection: 'CRM', url: '{{ event.data.url }}' }, []],
    [{ auth: 'connection' }, ['error connection-missing config.connection']],
    [{ auth: 'connection', connection: 'Shop' }, ['error connection-unknown config.connection']],
    [{ auth: 'connection', connection: 'CRM', url: 'https://evil.dev/a' }, ['error connection-host config.connection']],
    [{ auth: 'connection', connection: 'CRM', url: 'https://crm.io/a' }, ['error connection-host config.connection']],
    [{ auth: 'none', connection: 'Shop' }, []],
  ])('%j: %j', (config, findings) => expect(found(config)).toEqual(findings))
  test('nothing is said where nothing is known', () => expect(found({ auth: 'connection', connection: 'Shop', ...header('{{ secrets.X }}{{ env.Y }}') }, emptyCatalog)).toEqual([]))
  test('the finding says what to do', () => expect(compile(drawing({ auth: 'connection', connection: 'Shop' }), catalog).diagnostics[0]).toMatchObject({ message: 'There is no connection Shop in this workspace.', fix: 'Add it in Settings → Connections, or choose another: CRM.' }))
})

test.each<[JsonObject, string[]]>([
  [{ auth: 'bearer', token: 'sk-live-12345' }, ['warning secret-drawn config.token']], [{ auth: 'bearer', token: '{{ secrets.KEY }}' }, []], [{ auth: 'basic', user: 'a-long-user', password: 'long enough' }, ['warning secret-drawn config.password']],
  [{ auth: 'header', authName: 'X-Key', authValue: 'abcdefgh' }, ['warning secret-drawn config.authValue']], [{ auth: 'none', token: 'left over text' }, []],
])('a key in the drawing, %j: %j', (config, findings) => expect(found(config)).toEqual(findings))

describe('secrets and settings', () => {
  test.each<[string, string[]]>([
    ['{{ secrets.KEY }}', []], ['Bearer {{ secrets.KEY }}', []], ['{{ "a" + secrets.KEY }}', []], ['{{ env.REGION }}', []], ['{{ env.FANWISE_URL }}', []], ['{{ env.NOPE ?? "eu" }}', []],
    ['{{ secrets.NOPE }}', ['error secret-unknown config.headers.0.value']],
    ['{{ secrets }}', ['error secret-unnamed config.headers.0.value']],
    ['{{ secrets.KEY.length }}', ['error secret-changed config.headers.0.value']],
    ['{{ secrets.KEY.slice(0, 2) }}', ['error secret-changed config.headers.0.value']],
    ['{{ btoa(secrets.KEY) }}', ['error name-unknown config.headers.0.value', 'error secret-changed config.headers.0.value']],
    ['{{ env.NOPE }}', ['error setting-unknown config.headers.0.value']],
  ])('%s: %j', (value, findings) => expect(found(header(value)).sort()).toEqual(findings))
  test.each([['{{ secrets["a("] }}'], ['{{ secrets["*"] }}'], ['{{ secrets["a\\\\"] }}'], ['{{ secrets["["].x }}']])('any name can be asked for: %s', (value) => expect(found(header(value))).toHaveLength(1))
  test('a list to go through holds none', () => expect(found({}, catalog, { items: '{{ secrets.KEY }}', concurrency: 1 })).toEqual(['error secret-stays each.items']))
})
