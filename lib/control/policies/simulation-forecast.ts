import type { z } from 'zod';
import type { Reader } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { SimulationResult } from '../simulations/contract';
import type { forecastSchema } from './contract';
import type { reviewPolicy } from './review-contract';

export type Forecast = z.output<typeof forecastSchema>;

/** As many simulations of one text are looked at for one that covers every agent. */
const LOOKED_AT = 20;

/**
 * The numbers of a finished simulation of this text. `named` is the one the publisher chose, refused with 422 when it is not of one
 * of these texts; without it, the latest one of them is taken, and none is no mistake. One of a few agents only is no forecast.
 */
export async function forecastFor(
  db: Reader,
  policyId: string,
  digests: readonly string[],
  named: string | undefined,
): Promise<Forecast | null> {
  const rows = await db.simulation.findMany({
    where: { policyId, ...(named === undefined ? { textSha256: { in: [...digests] }, status: 'done' } : { id: named }) },
    orderBy: { createdAt: 'desc' },
    take: LOOKED_AT,
    select: { id: true, textSha256: true, status: true, fromAt: true, toAt: true, agents: true, result: true },
  });
  const row = rows.find((one) => named !== undefined || one.agents === null);
  if (named !== undefined) {
    if (row === undefined) throw refused(named, 'There is no simulation of this policy with this id.');
    if (!digests.includes(row.textSha256)) throw refused(named, 'It is of another text. Simulate the text that is to be published.');
    if (row.status !== 'done') throw refused(named, 'It has not finished. Wait for it, or publish without a forecast.');
    if (row.agents !== null) throw refused(named, 'It covers a few agents only. Simulate without choosing agents.');
  }
  if (row === undefined || row.result === null) return null;
  const result = row.result as unknown as SimulationResult;
  const observed = (outcome: string) => result.observed.find(({ state }) => state === `observed_${outcome}`)?.calls ?? 0;
  return {
    simulation: row.id,
    from: row.fromAt.toISOString(),
    to: row.toAt.toISOString(),
    calls: result.calls,
    denied: result.outcomes.denied + result.outcomes.hidden + observed('denied') + observed('hidden'),
    limited: result.outcomes.limited + observed('limited'),
    asked: result.outcomes.needs_approval + observed('needs_approval'),
    changed: result.changed,
    cannotTell: result.cannotTell.total,
  };
}

function refused(id: string, why: string): ControlError {
  return new ControlError(422, 'simulation.not_found', `The simulation \`${id}\` cannot be the forecast. ${why}`, [
    { path: '/simulation', message: why },
  ]);
}

/** The latest simulation of one of these texts, whatever its state; one of every agent before one of a few. */
export async function latestSimulation(
  db: Reader,
  policyId: string,
  digests: readonly string[],
): Promise<AnswerOf<typeof reviewPolicy>['simulation']> {
  const rows = await db.simulation.findMany({
    where: { policyId, textSha256: { in: [...digests] } },
    orderBy: { createdAt: 'desc' },
    take: LOOKED_AT,
    select: { id: true, status: true, fromAt: true, toAt: true, finishedAt: true, agents: true },
  });
  const row = rows.find((one) => one.agents === null) ?? rows[0];
  if (row === undefined) return null;
  return {
    id: row.id,
    status: row.status,
    from: row.fromAt.toISOString(),
    to: row.toAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
