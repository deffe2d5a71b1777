/** Where an event came from. */
export type EventSource = 'api' | 'webhook' | 'schedule' | 'emit' | 'emit-each' | 'invoke' | 'ui' | 'system'
