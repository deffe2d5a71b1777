import { expect, test } from 'vitest'
import { readCurl } from '#steps/http/curl.ts'
import { signInBack, type CurlSignIn } from '#steps/http/curl-sign-in.ts'
import { httpDefinition } from '#steps/http/definition.ts'

function signIn(command: string): CurlSignIn | null {
  const read = readCurl(command)
  if ('problem' in read) throw new Error(read.problem)
  return read.signIn
}

const at = 'https://api.example.com/v1/contacts?limit=5'
const secret = 'sk_live_5544aa99'

test.each<[string, Partial<CurlSignIn>]>([
  [`curl ${at} -H 'Authorization: Bearer ${secret}'`, { kind: 'bearer' }],
  [`curl ${at} --oauth2-bearer ${secret}`, { kind: 'bearer' }],
  [`curl ${at} -u ada:${secret}`, { kind: 'basic', user: 'ada' }],
  [`curl https://ada:${secret}@api.example.com/v1/contacts`, { kind: 'basic', user: 'ada' }],
  [`curl ${at} -H 'Authorization: Basic ${btoa(`ada:${secret}`)}'`, { kind: 'basic', user: 'ada' }],
  [`curl ${at} -H 'Authorization: Token ${secret}'`, { kind: 'header', parameter: 'Authorization', before: 'Token ' }],
  [`curl ${at} -H 'Authorization: ${secret}'`, { kind: 'header', parameter: 'Authorization' }],
  [`curl ${at} -H 'X-Api-Key: ${secret}'`, { kind: 'header', parameter: 'X-Api-Key' }],
  [`curl ${at} -H 'x-goog-api-key: ${secret}'`, { kind: 'header', parameter: 'x-goog-api-key' }],
  [`curl ${at} -H 'PRIVATE-TOKEN: ${secret}'`, { kind: 'header', parameter: 'PRIVATE-TOKEN' }],
  [`curl '${at}&api_key=${secret}'`, { kind: 'query', parameter: 'api_key' }],
])('%s', (command, expected) => {
  const found = signIn(command)
  expect(found).toMatchObject({ secret, placeholder: null, baseUrl: 'https://api.example.com', host: 'api.example.com', ...expected })
  // Nothing of it is left in what the step would hold, which is a form that only misses its connection.
  expect(JSON.stringify(found!.without)).not.toContain(secret)
  expect(httpDefinition.config.safeParse(found!.without).error).toBeUndefined()
  expect(found!.without).toMatchObject({ auth: 'connection', connection: '' })
})

test.each(['$TOKEN', '${API_TOKEN}', '<token>', 'YOUR_API_KEY', 'your-token-here', '%TOKEN%', '{{token}}', 'xxxxxxxx', '****'])('%s is a place for a secret, not one', (place) => {
  expect(signIn(`curl ${at} -H 'Authorization: Bearer ${place}'`)).toMatchObject({ kind: 'bearer', secret: '', placeholder: place })
})

test.each([
  `curl ${at}`, `curl ${at} -H 'Accept: application/json' -H 'X-Request-Id: 5544aa99'`, `curl '${at}&page_token=abcdef'`, `curl ${at} -u ada:`, `curl ${at} -H 'Authorization: Bearer abc'`, 'curl "$URL/x" -H "X-Api-Key: abcdef"',
])('%s gives nothing to keep', (command) => {
  const read = readCurl(command)
  expect('problem' in read ? null : read.signIn).toBeNull()
})

test.each([
  [`-H 'Authorization: Bearer ${secret}'`, { auth: 'bearer', token: secret }],
  [`-u ada:${secret}`, { auth: 'basic', user: 'ada', password: secret }],
  [`-H 'X-Api-Key: ${secret}'`, { auth: 'none', headers: [{ name: 'Accept', value: 'text/csv' }, { name: 'X-Trace', value: '1' }, { name: 'X-Api-Key', value: secret }] }],
  [`-G -d api_key=${secret}`, { auth: 'none', query: [{ name: 'limit', value: '50' }, { name: 'api_key', value: secret }] }],
])('what gives access comes back by itself: %s, and what was edited since stays', (options, expected) => {
  const read = readCurl(`curl ${at} -H 'Accept: application/json' ${options}`)
  if ('problem' in read) throw new Error(read.problem)
  const { without } = read.signIn!
  const edited = {
    ...without, url: 'https://api.example.com/v2/contacts', timeout: '5s', query: [{ name: 'limit', value: '50' }],
    headers: [{ name: 'Accept', value: 'text/csv' }, { name: 'X-Trace', value: '1' }],
  }
  const back = signInBack(edited, read.config, without)
  expect({ ...edited, ...back }).toMatchObject({ ...edited, ...expected })
  expect(back).not.toHaveProperty('url')
  expect(JSON.stringify(back)).toContain(secret)
  // A row of that name gets the value it had, instead of a second one beside it.
  expect(signInBack({ ...edited, ...back }, read.config, without)).toEqual(back)
})
