import { defineConfig } from 'prisma/config'

/** Only `prisma generate` uses this; the product itself reads src/server/env.ts. */
export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } })
