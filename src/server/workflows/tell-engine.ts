/** Tells the engine of this process what changed. Without one (a command of the CLI) the database alone speaks: ingest checks the route epoch itself. */
import type { Engine } from '#engine/api.ts'
import { isFanwiseError } from '#base/errors.ts'
import { getEngine } from '#server/engine.ts'

export function tellEngine(tell: (engine: Engine) => void): void {
  let engine: Engine
  try {
    engine = getEngine()
  } catch (error) {
    if (isFanwiseError(error) && error.code === 'unavailable') return
    throw error
  }
  tell(engine)
}
