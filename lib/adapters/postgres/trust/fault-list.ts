import type { TrailFault } from '@/lib/domain/trail/trail-report';

const ROW_TABLES: ReadonlySet<string> = new Set(['audit_events', 'audit_outcomes', 'writers', 'admin_changes']);

/** The faults that were found, up to a number; what is beyond is counted. */
export class FaultList {
  readonly faults: TrailFault[] = [];
  #more = 0;

  constructor(private readonly most = 100) {}

  get count(): number {
    return this.faults.length + this.#more;
  }

  /** The first that names a row of calls or changes; what is said of checkpoints only tells how it was found. */
  get firstBad(): TrailFault | null {
    return this.faults.find(({ table }) => ROW_TABLES.has(table)) ?? this.faults[0] ?? null;
  }

  add(fault: TrailFault | null | undefined): void {
    if (!fault) return;
    if (this.faults.length < this.most) this.faults.push(fault);
    else this.#more++;
  }
}
