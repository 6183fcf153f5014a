import type { BatchFailureKind } from './batch-runner';

/** What an operator watches of the ledger. Called on the path of every commit: must be quick and must not throw. */
export interface LedgerObserver {
  /** A call was answered so long after it was handed over, its commit included. Milliseconds. */
  admitted(waitedMs: number): void;
  /** One commit with so many calls and outcomes took so long. Milliseconds. */
  committed(calls: number, outcomes: number, tookMs: number): void;
  /** A batch was not committed. */
  failed(kind: BatchFailureKind): void;
  /** The connection to the database was lost. */
  lost(): void;
}

/** What waits in the ledger now. */
export interface LedgerLoad {
  readonly connected: boolean;
  /** Calls that wait for their commit. */
  readonly queuedCalls: number;
  /** Outcomes that are not written yet. */
  readonly queuedOutcomes: number;
  /** Admitted calls without an outcome. */
  readonly openEvents: number;
  /** Commits of which nobody knows yet whether they stand. */
  readonly ambiguousBatches: number;
}
