import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { readCurl } from '#steps/http/curl.ts'
import { httpDefinition } from '#steps/http/definition.ts'
import { runStep } from '#steps/test-context.ts'

function config(text: string): JsonObject {
  const read = readCurl(text)
  if ('problem' in read) throw new Error(read.problem)
  return read.config
}
const notes = (text: string): string[] => {
  const read = readCurl(text)
  return 'notes' in read ? read.notes : [read.problem]
}

describe('what people paste', () => {
  test('a POST with JSON, as documentation writes it', () => {
    expect(config(`curl -X POST https://api.example.com/v1/contacts?dry=1 \\
  -H "Authorization: Bearer sk_123" \\
  -H 'Content-Type: application/json' \\
  --data '{"email": "ada@x.dev", "tags": ["a"]}'`)).toMatchObject({
      method: 'POST', url: 'https://api.example.com/v1/contacts', query: [{ name: 'dry', value: '1' }], auth: 'bearer', token: 'sk_123', headers: [],
      bodyType: 'json', body: '{\n  "email": "ada@x.dev",\n  "tags": [\n    "a"\n  ]\n}',
    })
  })
  test('a copy from a browser', () => {
    expect(config(`curl 'https://x.dev/a' -H 'accept: */*' -H 'cookie: a=b; c=d' --data-raw $'{"a":"it\\'s \\u0041"}' --compressed`)).toMatchObject({
      method: 'POST', headers: [{ name: 'accept', value: '*/*' }, { name: 'cookie', value: 'a=b; c=d' }], bodyType: 'json', body: '{\n  "a": "it\'s A"\n}',
    })
  })
  test('a copy from a browser on Windows, for its cmd', () => {
    const read = config(['curl ^"https://x.dev/a?b=1^&c=100^%^" ^', '  -X ^"POST^" ^', '  -H ^"x-note: a ^& ^\\^"b^\\^"^" ^', '  --data-raw ^"^{^\\^"a^\\^":^\\^"it\'s^\\^",^\\^"b^\\^":^[1^]^}^"'].join('\r\n'))
    expect(read).toMatchObject({ method: 'POST', url: 'https://x.dev/a', query: [{ name: 'b', value: '1' }, { name: 'c', value: '100%' }], headers: [{ name: 'x-note', value: 'a & "b"' }], bodyType: 'json', body: JSON.stringify({ a: "it's", b: [1] }, null, 2) })
  })
  test('numbers too long to be exact stay as they were written', async () => {
    const read = readCurl(`curl https://x.dev -H 'Content-Type: application/json' -d '{"id": 12345678901234567890, "n": 1.5}'`)
    expect(read).toMatchObject({ notes: [expect.stringContaining('12345678901234567890') as string], config: { bodyType: 'text', headers: [{ name: 'Content-Type', value: 'application/json' }] } })
    const { sent } = await runStep('http', (read as { config: JsonObject }).config)
    expect(sent.requests[0]).toMatchObject({ body: '{"id": 12345678901234567890, "n": 1.5}', headers: { 'Content-Type': 'application/json' } })
    expect(config(`curl --json '{"id":12345678901234567890}' https://x.dev`)).toMatchObject({ bodyType: 'text', headers: [{ name: 'Content-Type', value: 'application/json' }] })
    expect(config(`curl --json '{"a":"12345678901234567890","b":1000000000000000000000,"c":-12}' https://x.dev`)).toMatchObject({ bodyType: 'json' })
  })
  test.each<[string, JsonObject]>([
    ['curl x.dev', { method: 'GET', url: 'http://x.dev', bodyType: 'none', auth: 'none' }],
    ['$ curl -sSL -XPUT https://x.dev/', { method: 'PUT', url: 'https://x.dev/' }],
    ['curl https://x.dev -d a=1 -d "b=two words"', { method: 'POST', bodyType: 'form', form: [{ name: 'a', value: '1' }, { name: 'b', value: 'two words' }] }],
    ['curl -G https://x.dev/find -d q=a --data-urlencode "w=b c"', { method: 'GET', bodyType: 'none', query: [{ name: 'q', value: 'a' }, { name: 'w', value: 'b c' }] }],
    ['curl -u ada:s3:cret https://x.dev', { auth: 'basic', user: 'ada', password: 's3:cret', headers: [] }],
    ['curl https://ada:p%40ss@x.dev/a', { auth: 'basic', user: 'ada', password: 'p@ss', url: 'https://x.dev/a' }],
    ['curl -H "Authorization: Basic YWRhOnBhc3M=" https://x.dev', { auth: 'basic', user: 'ada', password: 'pass', headers: [] }],
    ['curl -H "Authorization: Token abc" https://x.dev', { auth: 'none', headers: [{ name: 'Authorization', value: 'Token abc' }] }],
    ['curl --json \'{"a":1}\' https://x.dev', { method: 'POST', bodyType: 'json', body: '{\n  "a": 1\n}' }],
    ['curl -H "Content-Type: text/plain" -d hello https://x.dev', { bodyType: 'text', text: 'hello', headers: [{ name: 'Content-Type', value: 'text/plain' }] }],
    ['curl -d @body.json https://x.dev', { method: 'POST', bodyType: 'none' }],
    ['curl --data-binary @photo.png -X PATCH https://x.dev', { method: 'PATCH' }],
    ['curl -F photo=@a.png https://x.dev', { method: 'POST' }],
    ['curl --data-urlencode text@a.txt https://x.dev', { method: 'POST' }],
    ['curl -G -d @query.txt https://x.dev', { method: 'GET' }],
    ['curl -T backup.tgz https://x.dev/files/', { method: 'PUT', url: 'https://x.dev/files/' }],
    ['curl --upload-file backup.tgz -d a=1 https://x.dev', { method: 'PUT' }],
    ['curl -I https://x.dev -m 5', { method: 'HEAD', timeout: '5s' }],
    ['curl.exe "https://x.dev" ^\n -H "A: b"', { headers: [{ name: 'A', value: 'b' }] }],
    ['curl playground://crm/contacts', { url: 'playground://crm/contacts' }],
  ])('%s', (text, expected) => expect(config(text)).toMatchObject(expected))
  test('what cannot be taken over is said', () => {
    expect(notes('curl -k -F file=@a.png -F n=1 https://x.dev https://y.dev && rm -rf /')).toEqual([
      'Only the first command was taken.', 'It skips the check of certificates (-k); Fanwise always checks them.', 'A file it sends cannot be read here.',
      'It sends a multipart form; its fields are sent as an ordinary form.', 'Only the first address was taken.',
    ])
    expect(notes('curl -T a.tgz https://x.dev')).toEqual(['A file it sends cannot be read here.'])
    expect(notes('curl -d @secret.json https://x.dev')).toEqual(['A file it sends cannot be read here.'])
    expect(notes('curl -sSL --compressed -o out.json --max-time 5 https://x.dev')).toEqual([])
    expect(notes('curl https://x.dev --cert me.pem --frobnicate')).toEqual(['--cert was left out: there is nothing like it here.', '--frobnicate was left out: there is nothing like it here.'])
    expect(notes('curl https://x.dev -H nothing -H "Empty;"')).toEqual(['A header without a value was left out.'])
    expect(config('curl https://x.dev -H nothing -H "Empty;"').headers).toEqual([{ name: 'Empty', value: '' }])
    expect(notes('curl "https://x.dev/{{version}}/a"')).toEqual(['{{version}} is a placeholder of another tool. Put what it stands for into the URL.'])
  })
  test.each([
    ['wget https://x.dev', 'begin with curl'], ['', 'begin with curl'], ['curl', 'no address'], ['curl -d a', 'no address'], ['curl "https://x.dev', 'not closed'], ['curl file:///etc/passwd', 'not an address'],
    ['curl -X TRACE https://x.dev', 'TRACE'], [`curl https://x.dev -d '${'a'.repeat(100_001)}'`, 'longer'], ['curl http://', 'not an address'],
  ])('%.40s is refused', (text, words) => expect(readCurl(text)).toMatchObject({ problem: expect.stringContaining(words) as string }))
})

describe('hostile input', () => {
  test('braces stay text, in every field', async () => {
    const evil = '{{ env.SECRET }}'
    const read = config(`curl 'https://x.dev/?q=${evil}' -H 'X-A: ${evil}' -H 'Authorization: Bearer a{{b' -d '{"a":"${evil}","b":{"c":{}}}'`)
    const { sent } = await runStep('http', read)
    expect(sent.evaluated).toEqual([])
    const request = sent.requests[0]!
    expect(new URL(request.url).searchParams.get('q')).toBe(evil)
    expect(request.headers).toMatchObject({ 'X-A': evil, Authorization: 'Bearer a{{b' })
    expect(JSON.parse(request.body!)).toEqual({ a: evil, b: { c: {} } })
  })
  test('names of every object are only names', () => {
    const read = config(`curl https://x.dev --constructor --__proto__ x -d '__proto__=1'`)
    expect(read.form).toEqual([{ name: '__proto__', value: '1' }])
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  })
  test('line breaks do not get into headers', () => {
    expect(config(`curl https://x.dev -H $'A: b\\r\\nC: d' -H 'Bad name: x'`).headers).toEqual([])
  })
  test('any text is refused or becomes a config that fits its schema', () => {
    const word = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('-H', '-d', '-X', 'POST', '-u', '-F', '-G', '--json', "'", '"', '\\', '{{', 'https://x.dev/{{a}}?b={{', 'A: b', '{"a":', '$\'', '\n', '-kXd', 'a=b&c', '@f', '&&'))
    fc.assert(fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      const read = readCurl(`curl ${words.join(' ')}`)
      if ('problem' in read) return
      const parsed = httpDefinition.config.safeParse(read.config)
      expect(parsed.success, JSON.stringify(parsed.error?.issues)).toBe(true)
    }), { numRuns: 2000 })
  })
  test('long repetitions take no time', () => {
    const started = performance.now()
    for (const text of ['\\'.repeat(90_000), '"'.repeat(90_001), '{'.repeat(90_000), '-'.repeat(90_000), ' &'.repeat(40_000)]) readCurl(`curl https://x.dev -d ${text}`)
    expect(performance.now() - started).toBeLessThan(1500)
  })
})
