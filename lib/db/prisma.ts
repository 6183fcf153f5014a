import { PrismaPg } from '@prisma/adapter-pg';
import type { PoolConfig } from 'pg';
import type { DatabaseLog } from './database-log';
import { PrismaClient } from './generated/client';

export type Prisma = PrismaClient;

/**
 * A Prisma client over its own small pool, for everything that is not hot. It connects on first use; end it with `$disconnect()`.
 * `onPoolError` is mandatory with `pg`: an idle connection that the server closes would end the process otherwise.
 */
export function createPrisma(config: PoolConfig, log: DatabaseLog): Prisma {
  const report = (error: Error) => log.warn(`A database connection was lost: ${error.message}`);
  return new PrismaClient({ adapter: new PrismaPg({ max: 10, ...config }, { onPoolError: report, onConnectionError: report }) });
}
