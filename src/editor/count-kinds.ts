/** "2 functions, 3 steps": how many of each kind there are. Pure. */
import type { GraphNode } from '#graph/document.ts'

const plural = { event: 'events', webhook: 'webhooks', schedule: 'schedules', function: 'functions', step: 'steps', note: 'notes' }

/** Empty when there are none. */
export function countKinds(nodes: readonly GraphNode[], lines = 0): string {
  const parts = (Object.keys(plural) as GraphNode['type'][]).flatMap((type) => {
    const count = nodes.filter((node) => node.type === type).length
    return count === 0 ? [] : [`${count} ${count === 1 ? type : plural[type]}`]
  })
  return [...parts, ...(lines === 0 ? [] : [`${lines} ${lines === 1 ? 'line' : 'lines'}`])].join(', ')
}
