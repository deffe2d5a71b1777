import { z } from 'zod'
import { expect, test } from 'vitest'
import { mayReadAnother } from '#engine/step-lists.ts'
import { compileConfig } from '#expressions/resolve.ts'

const schema = z.object({ items: z.string().meta({ label: 'Items', expr: 'template' }) })
const differs = (items: string) => mayReadAnother(compileConfig(schema, { items }), items)

test('a list that follows from what is stored is read again, at no cost', () => {
  for (const list of [
    '{{ steps.fetch.body.users }}', '{{ event.data.items }}', '{{ events.map((e) => e.data) }}', '{{ steps.fetch.body.users.filter((user) => user.active) }}',
    '{{ Array.from({ length: Math.min(event.data.n, 10) }, (_, n) => n + run.id) }}', '{{ steps.a.items.concat(steps.b.items).slice(0, Math.floor(event.data.n)) }}',
  ]) expect(differs(list), list).toBe(false)
})
test('one that reads the clock, chance, a setting or the number of the attempt is kept', () => {
  for (const list of [
    '{{ steps.fetch.body.users.filter((user) => user.due < Date.now()) }}', '{{ env.REGIONS.split(",") }}', '{{ env.regions }}', '{{ steps.a.items.filter(() => Math.random() < 0.1) }}',
    '{{ [1, 2].map((n) => n + run.attempt) }}', '{{ [Math["random"]()] }}', '{{ Object.entries(Math) }}', '{{ [new Date(event.ts).getDay(), new Date().getDay()] }}', '{{ Object.keys(run) }}',
  ]) expect(differs(list), list).toBe(true)
})
