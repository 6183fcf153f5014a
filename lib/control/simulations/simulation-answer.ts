import type { Prisma } from '@/lib/db/generated/client';
import type { Reader } from '../context';
import { notFound } from '../control-error';
import type { Simulation } from './contract';

/** A row without its result and text, which lists do not need and which are large. */
const COLUMNS = {
  id: true,
  textSha256: true,
  fromAt: true,
  toAt: true,
  agents: true,
  against: true,
  warm: true,
  status: true,
  callsDone: true,
  callsTotal: true,
  createdAt: true,
  startedAt: true,
  finishedAt: true,
  createdBy: true,
  error: true,
  summary: true,
  server: { select: { slug: true } },
  policy: { select: { slug: true } },
} satisfies Prisma.SimulationSelect;

export type SimulationRow = Prisma.SimulationGetPayload<{ select: typeof COLUMNS }>;

export async function findSimulations(
  db: Reader,
  args: Omit<Prisma.SimulationFindManyArgs, 'select' | 'include'>,
): Promise<SimulationRow[]> {
  return db.simulation.findMany({ ...args, select: COLUMNS });
}

/** One simulation with its result. Throws 404. */
export async function simulationAnswer(db: Reader, id: string): Promise<Simulation> {
  const row = await db.simulation.findUnique({ where: { id }, select: { ...COLUMNS, result: true } });
  if (!row) throw notFound('simulation', id);
  return { ...listedSimulation(row), result: row.result as unknown as Simulation['result'] };
}

export function listedSimulation(row: SimulationRow): Simulation {
  return {
    id: row.id,
    server: row.server.slug,
    policy: row.policy?.slug ?? null,
    textDigest: row.textSha256,
    from: row.fromAt.toISOString(),
    to: row.toAt.toISOString(),
    agents: row.agents as string[] | null,
    against: row.against as Simulation['against'],
    counters: row.warm ? 'warm' : 'empty',
    status: row.status as Simulation['status'],
    progress: { calls: row.callsDone, of: row.callsTotal },
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    createdBy: row.createdBy,
    error: row.error,
    summary: row.summary as unknown as Simulation['summary'],
    result: null,
  };
}
