import { defineConfig } from 'prisma/config';

/** For Prisma's command line. The product itself connects through lib/db; migrations are applied at start (lib/db/migrate.ts). */
export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
