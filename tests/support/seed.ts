/**
 * Where changes are judged (CI set), property tests draw the same cases every time, so that what fails there is
 * the change. Everywhere else they draw new ones; FANWISE_SEED repeats what a failure named.
 */
import fc from 'fast-check'

const seed = process.env.FANWISE_SEED ?? (process.env.CI ? '20261130' : undefined)
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
