/** What a file makes, in a sentence. */
import type { FilePreview } from '#server/workflows/import-file.ts'

const names: Record<keyof FilePreview['counts'], [string, string]> = {
  event: ['event', 'events'], webhook: ['webhook', 'webhooks'], schedule: ['schedule', 'schedules'], function: ['function', 'functions'], step: ['step', 'steps'], note: ['note', 'notes'],
}

export function countsSentence(counts: FilePreview['counts']): string {
  const parts = (Object.keys(names) as (keyof typeof names)[]).flatMap((kind) => (counts[kind] === 0 ? [] : [`${counts[kind].toLocaleString('en')} ${names[kind][counts[kind] === 1 ? 0 : 1]}`]))
  const last = parts.pop()
  if (last === undefined) return 'The file holds an empty drawing.'
  return `The file holds ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}.`
}
