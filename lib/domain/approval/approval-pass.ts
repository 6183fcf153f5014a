/**
 * What lets one call through that needed a person: an approval (one call) or an exception (the same arguments for a
 * while). It is claimed inside the admission, together with the counters and the record, or not at all.
 */
export interface PassClaim {
  readonly kind: 'approval' | 'exception';
  readonly id: string;
  /** The digest of the call that would run; has to be the one that was approved. */
  readonly digest: string;
  /** The version of the configuration that the call was decided under last; another one means: decide again. */
  readonly configVersion: number;
}

/** What the database holds of a pass while its row is locked. */
export interface PassState {
  readonly kind: PassClaim['kind'];
  readonly id: string;
  readonly digest: string;
  /** `approved` for an approval that can be used, `active` for an exception that can; anything else cannot. */
  status: string;
  readonly usableUntilMs: number;
  uses: number;
}

export type PassProblem =
  /** Decide again under the newest configuration, and claim again. */
  | 'configuration_changed'
  /** Another call was first. */
  | 'consumed'
  | 'expired'
  | 'withdrawn'
  /** What would run is not what was approved. */
  | 'stale';

/** Why a claim does not hold, or null when it does. `state` is undefined when there is no such pass. */
export function judgePass(claim: PassClaim, state: PassState | undefined, configVersion: number, nowMs: number): PassProblem | null {
  if (state === undefined || state.digest !== claim.digest) return 'stale';
  if (state.status === 'consumed') return 'consumed';
  if (state.status === 'expired') return 'expired';
  if (state.status !== (claim.kind === 'approval' ? 'approved' : 'active')) return state.status === 'stale' ? 'stale' : 'withdrawn';
  if (state.usableUntilMs <= nowMs) return 'expired';
  return configVersion === claim.configVersion ? null : 'configuration_changed';
}

/** Marks a pass as used by a call of this batch. An approval is used up by it. */
export function takePass(state: PassState): void {
  state.uses += 1;
  if (state.kind === 'approval') state.status = 'consumed';
}
