import type { CallFacts, Catalogue, CatalogueTool } from '@/lib/domain/decision';
import { factsOfTarget } from '@/lib/domain/target-methods';
import { compileDocument } from '../compile';
import type { CompiledPolicy } from '../compiled-policy';
import type { PolicyDocument } from '../document';
import type { CannotTellReason } from './cannot-tell';
import type { RecordedCall } from './recorded-call';
import { limitsOf, replayNotes } from './replay-notes';
import type { ReplayResult } from './replay-result';
import { ReplayTrack, type TrackVerdict } from './replay-track';
import { recordedState } from './simulated-state';
import { Tally } from './tally';
import { watchArguments } from './watched-arguments';

export interface ReplayOptions {
  readonly document: PolicyDocument;
  /** What the draft is compared with: a policy that replays the same calls, or null for what was recorded. */
  readonly against: CompiledPolicy | null;
  readonly catalogue: Catalogue;
  readonly server: CallFacts['server'];
  /** By id, as they are today. */
  readonly agents: ReadonlyMap<string, CallFacts['agent']>;
  readonly grants: ReadonlyMap<string, CallFacts['grant']>;
  /** Half-open, epoch milliseconds; calls before it only move the counters. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Ids of the agents that are reported; the calls of others only move the counters. null for all. */
  readonly onlyAgents: ReadonlySet<string> | null;
  /** Whether limits start with what was used before the range. */
  readonly warm: boolean;
}

/**
 * Replays recorded calls, given in the order of the trail, through a draft. Pure: the caller reads the trail. Nothing here
 * grows with the number of calls.
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #draft: ReplayTrack;
  readonly #against: ReplayTrack | null;
  readonly #tools: Catalogue;
  readonly #tally = new Tally();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#tools = activeTools(options.catalogue);
    this.#draft = new ReplayTrack(compileDocument(options.document), this.#tools);
    this.#against = options.against === null ? null : new ReplayTrack(options.against, this.#tools);
  }

  add(call: RecordedCall): void {
    const { fromMs, toMs, onlyAgents } = this.#options;
    if (call.at >= toMs) return;
    const isReported = call.at >= fromMs && (onlyAgents === null || (call.agentId !== null && onlyAgents.has(call.agentId)));
    const verdict = this.#judge(call);
    if (!isReported) return;
    if (!verdict.told) this.#tally.cannotTell(call, verdict.reason);
    else this.#tally.told(call, verdict.before.state, verdict.before.rule, verdict.after);
  }

  result(): ReplayResult {
    const { fromMs, toMs, document, warm } = this.#options;
    const notes = replayNotes({
      limits: limitsOf(document),
      warm,
      againstLive: this.#against !== null,
      dispatchers: [...this.#tools.values()].some((tool) => tool.dispatch !== null),
      hides: [document, document.resources, document.prompts].some((list) => list !== undefined && list.hide.length > 0),
      forgotCounters: this.#draft.forgotCounters || (this.#against?.forgotCounters ?? false),
    });
    return this.#tally.result((toMs - fromMs) / 86_400_000, notes);
  }

  #judge(call: RecordedCall): Comparison {
    const recorded = recordedState(call);
    const name = call.request?.target ?? call.tool;
    if (recorded === null || name === null) return { told: false, reason: 'not_decided_by_policy' };
    const unlike = call.request === null ? this.#unlike(name, call.definitionDigest) : isCut(call.request) ? 'arguments_not_kept' : null;
    if (unlike !== null) return { told: false, reason: unlike };
    const agent = call.agentId === null ? undefined : this.#options.agents.get(call.agentId);
    const grant = call.grantId === null ? undefined : this.#options.grants.get(call.grantId);
    if (agent === undefined || grant === undefined) return { told: false, reason: 'caller_unknown' };
    const args = watchArguments(call.args);
    const facts: CallFacts = {
      tool: name,
      args: args.value,
      at: call.at,
      server: this.#options.server,
      agent,
      grant,
      client: call.client,
      session: call.session,
    };
    const after = this.#draft.decide(call, facts, args);
    const before = this.#against?.decide(call, facts, args) ?? { told: true, state: recorded, rule: call.rule, approval: null };
    if (!after.told) return after;
    return before.told ? { told: true, before, after } : before;
  }

  #unlike(name: string, digest: string | null): CannotTellReason | null {
    const tool = this.#tools.get(name);
    if (tool === undefined) return 'tool_unknown';
    return tool.digest === digest ? null : 'definition_changed';
  }
}

type Told = Extract<TrackVerdict, { told: true }>;
type Comparison = { readonly told: true; readonly before: Told; readonly after: Told } | Extract<TrackVerdict, { told: false }>;

/** The trail keeps this much of an address. */
const TARGET_KEPT = 2_000;

function isCut({ method, target }: NonNullable<RecordedCall['request']>): boolean {
  return factsOfTarget(method).ask === null && target.length >= TARGET_KEPT;
}

/** A call was made while its definition was approved, and it is compared by its digest; what waits for approval today is another matter. */
function activeTools(catalogue: Catalogue): Map<string, CatalogueTool> {
  return new Map([...catalogue].map(([name, tool]) => [name, { ...tool, status: 'active' }]));
}
