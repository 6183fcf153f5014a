/** What is wrong with the audit trail at one place. */
export interface TrailFault {
  readonly table:
    | 'audit_events'
    | 'audit_outcomes'
    | 'writers'
    | 'admin_changes'
    | 'audit_checkpoints'
    | 'checkpoint_file'
    | 'evidence_file';
  /** Whose chain; null outside the chains of calls. */
  readonly writer: string | null;
  /** The first sequence (of a checkpoint its number, of a file its line) that is proven not to hold; 0 when it is not about a row. */
  readonly seq: number;
  /** Where the doubt begins, when that is earlier: rows in between follow each other and were exchanged as a whole. */
  readonly since: number;
  /** The event or change of that row, when there is one. */
  readonly id: string | null;
  readonly kind: TrailFaultKind;
  /** A sentence for people. */
  readonly message: string;
}

export const TRAIL_FAULT_KINDS = ['changed', 'missing', 'inserted', 'order', 'rewritten', 'signature', 'file'] as const;
export type TrailFaultKind = (typeof TRAIL_FAULT_KINDS)[number];

/** What a verification found. */
export interface TrailReport {
  readonly ok: boolean;
  /** Rows of calls and outcomes that were looked at. */
  readonly rows: number;
  /** Rows that retention removed, as signed tombstones name them. */
  readonly removedRows: number;
  readonly writers: number;
  readonly changes: number;
  readonly checkpoints: {
    readonly count: number;
    /** `rows`: how many of the rows it covers. */
    readonly last: { readonly number: number; readonly at: string; readonly rows: number } | null;
  };
  /** Lines of the checkpoint file that were compared; null when there is no file to compare with. */
  readonly fileLines: number | null;
  /** The first row that does not hold, or else the first fault of any kind; null when all is well. */
  readonly firstBad: TrailFault | null;
  readonly faults: readonly TrailFault[];
  readonly faultCount: number;
}
