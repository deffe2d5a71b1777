import { expect, test } from 'vitest'
import { tourDrawing, tourEvent, tourIds, tourSteps } from '#examples/tour.ts'
import { compile } from '#graph/compile/index.ts'

test('the tour draws what it points at, and it runs as it is', () => {
  const document = tourDrawing()
  const { diagnostics, functions } = compile(document, { functionsElsewhere: [] })
  expect(diagnostics).toEqual([])
  expect(functions).toHaveLength(2)
  for (const id of [tourIds.event, ...tourIds.functions, tourIds.first, tourIds.second]) expect(document.nodes[id]).toBeDefined()
  expect(document.nodes[tourIds.event]).toMatchObject({ event: tourEvent })
  expect(Object.values(document.nodes).filter((node) => node.type === 'step')).toHaveLength(tourSteps)
})
