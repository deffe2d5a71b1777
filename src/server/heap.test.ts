import { expect, test } from 'vitest'
import { growthPercent } from '#server/heap.ts'

test.each([[10, 100], [40, 100], [80, 50], [160, 25], [4000, 20]])('what lives in %i MB may grow by %i %%', (liveMb, percent) => expect(growthPercent(liveMb)).toBe(percent))
