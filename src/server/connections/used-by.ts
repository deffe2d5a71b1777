/** Which steps use a connection, a secret or a setting: in what is published, and in drafts. */
import type { JsonObject } from '#base/json.ts'
import { expressionFields } from '#expressions/fields.ts'
import { readsOf } from '#graph/compile/reads.ts'
import { db } from '#server/db.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { StepKind } from '#steps/kind.ts'

export interface Use {
  workflow: { slug: string; name: string }
  function: string
  step: string
  /** False: only in a draft that was not published. */
  published: boolean
}

export type Used = 'connection' | 'secret' | 'setting'

interface Found {
  workflow: { slug: string; name: string }
  function: string
  step: string
  kind: StepKind
  config: JsonObject
  each: string | undefined
  published: boolean
}

/** By the name they go by. One reading for all of a page's rows. */
export async function usesOf(workspaceId: string, what: Used): Promise<Record<string, Use[]>> {
  // Without a prototype: a name may be `constructor`.
  const uses = Object.create(null) as Record<string, Use[]>
  const seen = new Set<string>()
  for (const { kind, config, each, ...where } of await stepsOfWorkspace(workspaceId)) {
    for (const name of namesIn(what, kind, config, each)) {
      const key = `${name}\u0000${where.workflow.slug}\u0000${where.function}\u0000${where.step}`
      if (seen.has(key)) continue
      seen.add(key)
      ;(uses[name] ??= []).push(where)
    }
  }
  return uses
}

export interface WithUses {
  uses: Use[]
  /** How many of them go by a name it had before. */
  earlier: { name: string; steps: number }[]
}

/** Entries with their uses, under whatever name. */
export function withUses<T extends { name: string; earlierNames?: string[] }>(entries: readonly T[], uses: Record<string, Use[]>): (T & WithUses)[] {
  return entries.map((entry) => {
    const former = entry.earlierNames ?? []
    return { ...entry, uses: [entry.name, ...former].flatMap((name) => uses[name] ?? []), earlier: former.map((name) => ({ name, steps: uses[name]?.length ?? 0 })) }
  })
}

/** Published ones first: a draft that says the same adds nothing. */
async function stepsOfWorkspace(workspaceId: string): Promise<Found[]> {
  const published = await db().$queryRaw<{ workflow: string; workflow_name: string; function: string; step: string; kind: StepKind; config: JsonObject; each: string | null }[]>`
    select w.slug as workflow, w.name as workflow_name, f.slug as function, s->>'name' as step, s->>'kind' as kind, s->'config' as config, s->'each'->>'items' as each
    from function f
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id and w.archived_at is null
    cross join lateral json_array_elements(v.definition->'steps') s
    where f.workspace_id = ${workspaceId}::uuid and f.archived_at is null order by w.name, f.slug`
  const drawn = await db().$queryRaw<{ workflow: string; workflow_name: string; function: string | null; step: string; kind: StepKind; config: JsonObject | null; each: string | null }[]>`
    select w.slug as workflow, w.name as workflow_name, w.draft->'nodes'->(n.value->>'parent')->>'slug' as function, n.value->>'name' as step, n.value->>'kind' as kind,
      n.value->'config' as config, n.value->'each'->>'items' as each
    from workflow w cross join lateral jsonb_each(w.draft->'nodes') n
    where w.workspace_id = ${workspaceId}::uuid and w.archived_at is null and n.value->>'type' = 'step' order by w.name`
  const found = (rows: typeof drawn, isPublished: boolean): Found[] => rows.map((row) => ({
    workflow: { slug: row.workflow, name: row.workflow_name }, function: row.function ?? '', step: row.step, kind: row.kind, config: row.config ?? {}, each: row.each ?? undefined, published: isPublished,
  }))
  return [...found(published, true), ...found(drawn, false)]
}

function namesIn(what: Used, kind: StepKind, config: JsonObject, each: string | undefined): Set<string> {
  const definition = stepDefinition(kind)
  if (what === 'connection') {
    const name = definition.connection?.(config) ?? null
    return new Set(name === null || name === '' ? [] : [name])
  }
  const root = what === 'secret' ? 'secrets' : 'env'
  const texts = [...expressionFields(definition.config, config), ...(each === undefined ? [] : [{ text: each, kind: 'template' as const, scope: undefined }])]
  return new Set(texts.flatMap(({ text, kind: language, scope }) => {
    if (!text.includes(root)) return []
    try {
      return readsOf(text, language, scope).references.flatMap((read) => (read.root === root && read.path[0] !== undefined ? [read.path[0]] : []))
    } catch {
      // A draft may hold anything; what cannot be read uses nothing yet.
      return []
    }
  }))
}
