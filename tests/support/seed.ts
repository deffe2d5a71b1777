/**
 * Where changes are judged (CI set), property tests draw the same cases every time, so that what fails there is
 * the change. Everywhere else they draw new ones; FANWISE_SEED repeats what a failure named.
 */
import fc from 'fast-check'

const given = process.env.FANWISE_SEED ?? (process.env.CI ? '20261130' : undefined)

/** Of what is drawn without fast-check's own choice of a seed. */
export const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)

if (given !== undefined) fc.configureGlobal({ seed })
