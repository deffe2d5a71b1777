import { z } from 'zod'
import { adjustSettings, allSettings, changeSettings, clearReceived, countReceived, receivedBy } from '#playground/store.ts'
import { playgroundServices, playgroundSettings } from '#playground/services.ts'
import { getEngine } from '#server/engine.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

const service = z.enum(playgroundServices)

export const playgroundRouter = router({
  services: inWorkspace.query(async ({ ctx }) => {
    const { pool } = getEngine()
    const [settings, received] = await Promise.all([allSettings(pool, ctx.workspace.id), countReceived(pool, ctx.workspace.id)])
    return playgroundServices.map((name) => ({ name, settings: settings[name], received: received[name] ?? 0 }))
  }),
  change: asEditor
    .input(z.object({ service, settings: playgroundSettings }))
    .mutation(({ ctx, input }) => changeSettings(getEngine().pool, ctx.workspace.id, input.service, input.settings)),
  /** One setting or several; the others stay. */
  adjust: asEditor
    .input(z.object({ service, settings: playgroundSettings.partial() }))
    .mutation(({ ctx, input }) => adjustSettings(getEngine().pool, ctx.workspace.id, input.service, input.settings)),
  received: inWorkspace
    .input(z.object({ service, cursor: z.string().optional(), limit: z.number().int().min(1).max(200).default(50) }))
    .query(({ ctx, input }) => receivedBy(getEngine().pool, ctx.workspace.id, input.service, input)),
  clear: asEditor.input(z.object({ service })).mutation(({ ctx, input }) => clearReceived(getEngine().pool, ctx.workspace.id, input.service)),
})
