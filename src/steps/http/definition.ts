import { z } from 'zod'
import { brief, durationField, durationOr, field, outPort, optionalText, pairsField, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET').meta(field({ label: 'Method', control: 'select' })),
  url: required('Give the address to call.', {
    label: 'URL',
    expr: 'template',
    escape: 'url',
    placeholder: 'https://api.example.com/contacts',
    help: 'https, http, or playground:// for a built-in practice service. Values in path and query are encoded.',
  }, 4000).superRefine((text, context) => {
    if (!/^\s*(https?:\/\/|playground:\/\/|\{\{)/i.test(text) && text.trim() !== '') {
      context.addIssue({ code: 'custom', message: 'The address starts with https://, http:// or playground://.' })
    }
  }),
  query: pairsField({ label: 'Query' }, { name: 'Name', value: 'Value', missing: 'Name the query parameter.' }),
  headers: pairsField(
    { label: 'Headers', help: 'Idempotency-Key is sent by itself, so a retry is not done twice.' },
    { name: 'Header', value: 'Value', missing: 'Name the header.' },
  ),
  bodyType: z.enum(['none', 'json', 'form', 'text']).default('none').meta(field({
    label: 'Body', control: 'select', options: { none: 'No body', json: 'JSON', form: 'Form fields', text: 'Text' },
  })),
  body: z.string().max(200_000).default('').meta(field({
    label: 'JSON', expr: 'json', control: 'json', when: { field: 'bodyType', in: ['json'] }, placeholder: '{ "email": "{{ event.data.email }}" }',
  })),
  form: pairsField({ label: 'Form fields', when: { field: 'bodyType', in: ['form'] } }, { name: 'Name', value: 'Value', missing: 'Name the form field.' }),
  text: optionalText({ label: 'Text', expr: 'template', control: 'multiline', when: { field: 'bodyType', in: ['text'] } }, 200_000),
  timeout: durationField({ label: 'Give up after', initial: '30s', minMs: 100, maxMs: 300_000 }),
  failOn: z.enum(['non-2xx', 'never']).default('non-2xx').meta(field({
    label: 'The step fails', control: 'select',
    options: { 'non-2xx': 'When the answer is not 2xx', never: 'Only when nothing answers' },
    help: 'Timeouts, 408, 425, 429 and 5xx are tried again; other answers are final.',
  })),
})

export type HttpConfig = z.infer<typeof config>

export const httpDefinition: StepKindDefinition<HttpConfig> = {
  kind: 'http',
  label: 'HTTP request',
  blurb: 'Calls a service and keeps its answer.',
  icon: 'IconWorld',
  group: 'steps',
  config,
  initial: () => ({ method: 'POST', url: '', query: [], headers: [], bodyType: 'json', body: '{}', form: [], text: '', timeout: '30s', failOn: 'non-2xx' }),
  ports: () => outPort,
  describe: (c) => {
    const target = brief(c.url, 200).replace(/^(https?|playground):\/\//i, '').split(/[/?]/)[0] ?? ''
    return target === '' || target.includes('{{') ? `HTTP ${c.method ?? 'GET'}` : `${c.method ?? 'GET'} ${brief(target, 28)}`
  },
  effect: 'outside',
  // A little longer than the request's own limit, whose message names the host.
  timeoutMs: (c) => durationOr(c.timeout, 30_000) + 2_000,
  recordsInput: true,
}
