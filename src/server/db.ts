/** The Prisma client of the control plane. One per process: Next loads module copies, so it sits on globalThis. */
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '#server/generated/client.ts'

export type Database = PrismaClient
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

const holder = globalThis as typeof globalThis & { __fanwiseDb?: PrismaClient }

/** Uses DATABASE_URL, which the process sets itself when it starts the embedded Postgres. */
export function db(): PrismaClient {
  holder.__fanwiseDb ??= new PrismaClient({
    adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 5 }),
    // A busy machine makes people wait; the two seconds of the default turn that into an error.
    transactionOptions: { maxWait: 15_000, timeout: 20_000 },
  })
  return holder.__fanwiseDb
}

export async function closeDb(): Promise<void> {
  await holder.__fanwiseDb?.$disconnect()
  holder.__fanwiseDb = undefined
}

/** Somebody else has stored a row of this key. */
export function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'P2002'
}
