import { expect, test } from 'vitest'
import { growthPercent } from '#server/heap.ts'

test.each([[10, 100], [32, 100], [64, 50], [128, 25], [4000, 20]])('what lives in %i MB may grow by %i %%', (liveMb, percent) => expect(growthPercent(liveMb)).toBe(percent))
