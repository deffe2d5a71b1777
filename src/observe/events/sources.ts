/** Where an event came from, in words. */
const words: Record<string, string> = {
  api: 'API', webhook: 'Webhook', schedule: 'Schedule', emit: 'Emitted by a step', 'emit-each': 'Emitted by a step', invoke: 'Called', ui: 'Sent from here', system: 'Fanwise',
}

export function sourceWord(source: string): string {
  return words[source] ?? source
}
