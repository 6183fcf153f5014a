import { REASONS } from '@/lib/domain/reasons';
import { refusedDecision, refusedIntent } from './audit';
import { type Denial, refuse } from './denial';
import type { RequestFacts } from './facts';
import { type GatewayPorts, LedgerUnavailable } from './ports';
import type { GatewayResponse } from './request';
import { tellEnd } from './request-end';
import { beginTrace } from './trace';
import { refusalResponse } from './wire/respond';

/** Records of refused strangers that may be on their way at once: a flood of bad requests must not become a flood of writes. */
const UNAWAITED_MAX = 256;
const REPORT_EVERY_MS = 10_000;

/** Records each refusal once and makes its answer. */
export class Refusals {
  private unawaited = 0;
  private lost = 0;
  private reportedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ports: GatewayPorts,
    private readonly publicUrl: string,
  ) {}

  /**
   * What the policy refused is durable before the answer goes out; without a record it becomes `audit.unavailable`. Other
   * refusals keep their answer when the ledger is away, and those of strangers do not wait for it.
   */
  async answer(facts: RequestFacts, denial: Denial): Promise<GatewayResponse> {
    if (denial.event !== null) return this.finish(facts, denial, denial.event);
    if (denial.reason === 'audit.unavailable') return this.finish(facts, denial, null);
    if (facts.grant === null) {
      this.recordUnawaited(facts, denial);
      return this.finish(facts, denial, null);
    }
    try {
      const event = await this.ports.ledger.record(refusedIntent(facts, denial));
      return this.finish(facts, denial, event);
    } catch (error) {
      this.countLost(error);
      const isDecision = facts.server !== null && (facts.message?.method === 'tools/call' || facts.target !== null);
      return this.finish(facts, isDecision ? refuse('audit.unavailable').error : denial, null);
    }
  }

  private finish(facts: RequestFacts, denial: Denial, event: string | null): GatewayResponse {
    const response = refusalResponse(facts, denial, event, this.publicUrl);
    beginTrace(facts, this.ports);
    const failure = response.status >= 500 || REASONS[denial.reason].owner === 'upstream' ? denial.reason : null;
    const decision = refusedDecision(facts, denial);
    tellEnd(facts, this.ports, { decision, reason: denial.reason, outcome: null, event, httpStatus: response.status, failure });
    return response;
  }

  private recordUnawaited(facts: RequestFacts, denial: Denial): void {
    if (this.unawaited >= UNAWAITED_MAX) {
      this.countLost(null);
      return;
    }
    this.unawaited++;
    this.ports.ledger
      .record(refusedIntent(facts, denial))
      .catch((error: unknown) => this.countLost(error))
      .finally(() => this.unawaited--);
  }

  private countLost(error: unknown): void {
    if (error !== null && !(error instanceof LedgerUnavailable))
      this.ports.log.error('recording a refusal failed', { error: String(error) });
    this.lost++;
    const now = this.ports.clock.monotonicMs();
    if (now - this.reportedMs < REPORT_EVERY_MS) return;
    this.ports.log.warn('refusals were not recorded', { count: this.lost });
    this.reportedMs = now;
    this.lost = 0;
  }
}
