import type { z } from 'zod';
import type { Reader } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { forecastSchema } from './contract';
import type { reviewPolicy } from './review-contract';

export type Forecast = z.output<typeof forecastSchema>;

/**
 * The numbers of a finished simulation of this text. `named` is the one the publisher chose, refused with 422 when it is not of one
 * of these texts; without it, the latest one of them is taken, and none is no mistake.
 */
export async function forecastFor(
  _db: Reader,
  _policyId: string,
  _digests: readonly string[],
  named: string | undefined,
): Promise<Forecast | null> {
  if (named === undefined) return null;
  throw new ControlError(422, 'simulation.not_found', `There is no simulation \`${named}\`.`, [
    { path: '/simulation', message: 'unknown' },
  ]);
}

/** The latest simulation of one of these texts, whatever its state. */
export async function latestSimulation(
  _db: Reader,
  _policyId: string,
  _digests: readonly string[],
): Promise<AnswerOf<typeof reviewPolicy>['simulation']> {
  return null;
}
