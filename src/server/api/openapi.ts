/** The OpenAPI 3.1 description, made from the same table and schemas that answer the calls. */
import { z } from 'zod'
import { apiRoutes } from '#server/api/routes.ts'
import type { ApiRoute } from '#server/api/route.ts'
import { anyJson, apiError, named } from '#server/api/schemas.ts'

type Schema = Record<string, unknown>

export function openApi(url: string): Record<string, unknown> {
  const schemas = components()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of apiRoutes) {
    const path = route.path.replace(/:([a-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Fanwise API', version: '1', description: 'Workflows, functions, events and runs of one workspace. Lists are `{ data, nextCursor }`; errors are `{ error: { code, message, field?, fix? } }`.' },
    servers: [{ url: `${url}/api/v1` }],
    security: [{ apiKey: [] }],
    tags: [...new Set(apiRoutes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key from Settings (`fw_api_…`). Event keys may only send to /e/.' } }, schemas },
  }
}

function components(): Record<string, Schema> {
  const made = z.toJSONSchema(named, { uri: (id) => `#/components/schemas/${id}`, io: 'input', unrepresentable: 'any' }) as { schemas: Record<string, Schema> }
  // What several schemas share without a name of its own is the recursive JSON value of the drawing.
  const { __shared: _shared, ...schemas } = made.schemas
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, clean(replaceShared(schema) as Schema)]))
}

function replaceShared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(replaceShared)
  if (typeof value !== 'object' || value === null) return value
  const reference = (value as Schema).$ref
  if (typeof reference === 'string' && /__shared|^#\/\$defs\/__schema/.test(reference)) return { $ref: `#/components/schemas/${named.get(anyJson)!.id}` }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceShared(member)]))
}

function inline(schema: z.ZodType): Schema {
  const id = named.get(schema)?.id
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` }
  const def = schema.def as { type: string; shape?: Record<string, z.ZodType>; element?: z.ZodType; options?: z.ZodType[]; innerType?: z.ZodType }
  if (def.type === 'array') return { type: 'array', items: inline(def.element!) }
  if (def.type === 'union') return { anyOf: def.options!.map(inline) }
  if (def.type === 'optional') return inline(def.innerType!)
  if (def.type === 'object' && Object.values(def.shape!).some((member) => member.def.type === 'array')) {
    return { type: 'object', properties: Object.fromEntries(Object.entries(def.shape!).map(([key, member]) => [key, inline(member)])), required: Object.keys(def.shape!) }
  }
  return clean(replaceShared(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) as Schema)
}

function clean(schema: Schema): Schema {
  const { $schema: _schema, $id: _id, $defs: _defs, id: _name, ...rest } = schema
  return rest
}

function operation(route: ApiRoute): Schema {
  const parameters = [
    ...[...route.path.matchAll(/:([a-z]+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...queryParameters(route),
  ]
  return {
    operationId: route.operationId, summary: route.summary, tags: [route.tag],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: route.body.def.type !== 'optional', content: { 'application/json': { schema: inline(route.body) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, { description, schema }]) => [status, { description, content: { 'application/json': { schema: inline(schema) } } }])),
      default: { description: 'What is wrong and what to do', content: { 'application/json': { schema: inline(apiError) } } },
    },
  }
}

function queryParameters(route: ApiRoute): Schema[] {
  if (route.query === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(route.query, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, Schema>; required?: string[] }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({ name, in: 'query', required: required.includes(name), ...(description === undefined ? {} : { description }), schema }))
}
