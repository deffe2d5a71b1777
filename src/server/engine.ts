/**
 * The process's one engine. The front door and Next load separate copies of our modules,
 * so the instance sits on globalThis, put there by process.ts.
 */
import type { Engine } from '#engine/api.ts'
import { FanwiseError } from '#base/errors.ts'

const holder = globalThis as typeof globalThis & { __fanwiseEngine?: Engine }

export function getEngine(): Engine {
  if (holder.__fanwiseEngine === undefined) {
    throw new FanwiseError('unavailable', 'The engine is not running in this process.', {
      fix: 'Start Fanwise with `npm start` (or `npm run dev`), not with `next` alone.',
    })
  }
  return holder.__fanwiseEngine
}

export function setEngine(engine: Engine | undefined): void {
  holder.__fanwiseEngine = engine
}
