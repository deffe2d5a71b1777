import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tests/support/longest-first.ts'

/** Three kinds of tests: units beside their files, guarantees on a real Postgres, people's sentences in a real browser. */
export default defineConfig({
  test: {
    // Each file starts processes, databases or browsers of its own; two cores want few at once.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    setupFiles: ['tests/support/seed.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node', testTimeout: 30_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/guarantees/**/*.test.ts', 'tests/regressions/**/*.test.ts', 'tests/api/**/*.test.ts'],
          globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 90_000, hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e', include: ['tests/e2e/**/*.test.ts'], globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 180_000, hookTimeout: 180_000,
          // A screen may take its time on a busy machine; what is asked for again and again counts once it is there.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
})
