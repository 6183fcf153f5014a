import { OUTCOMES, type Outcome } from '@/lib/domain/decision';
import type { CannotTellReason } from './cannot-tell';
import { ApprovalCount } from './forecast-approvals';
import { type RecordedCall, subjectOf } from './recorded-call';
import type { ReplayGroup, ReplayResult, ReplaySample } from './replay-result';
import type { TrackVerdict } from './replay-track';
import { SampleShelf } from './sample-shelf';
import { effectOf, type SimulatedState } from './simulated-state';
import { TransitionCounts } from './transition-counts';

type Told = Extract<TrackVerdict, { told: true }>;
type GroupKind = ReplayGroup['by'];

/** Names of tools come from callers, so what is remembered of them is bounded. */
const GROUPS_REMEMBERED = 2_000;
const GROUPS_SHOWN = 100;
const GROUP_SAMPLES = 3;
const CELL_SAMPLES = 24;

interface Group {
  calls: number;
  changed: number;
  cannotTell: number;
  readonly transitions: TransitionCounts;
  readonly samples: SampleShelf;
}

/** Adds up what a replay finds; its size does not depend on the number of calls. */
export class Tally {
  #calls = 0;
  #unchanged = 0;
  #changed = 0;
  #untold = 0;
  readonly #reasons = new Map<CannotTellReason, number>();
  readonly #matrix = new TransitionCounts();
  readonly #cells = new Map<string, SampleShelf>();
  readonly #effects = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  readonly #newly = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  readonly #observed = new Map<SimulatedState, number>();
  readonly #groups: Record<GroupKind, Map<string, Group>> = { tool: new Map(), agent: new Map(), rule: new Map() };
  readonly #approvals = new ApprovalCount();

  cannotTell(call: RecordedCall, reason: CannotTellReason): void {
    this.#calls++;
    this.#untold++;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    for (const group of [this.#group('tool', subjectOf(call)), this.#group('agent', call.agentSlug ?? '(none)')]) {
      if (group === null) continue;
      group.calls++;
      group.cannotTell++;
    }
  }

  told(call: RecordedCall, from: SimulatedState, ruleBefore: string, to: Told): void {
    const effect = effectOf(to.state);
    const isChanged = effectOf(from) !== effect;
    this.#calls++;
    this.#effects[effect]++;
    if (to.state.startsWith('observed_')) this.#observed.set(to.state, (this.#observed.get(to.state) ?? 0) + 1);
    if (effect === 'needs_approval') this.#approvals.add(call, to.rule, to.approval);
    this.#matrix.add(from, to.state);
    const tool = subjectOf(call);
    const agent = call.agentSlug ?? '(none)';
    const sample: ReplaySample = {
      event: call.event,
      at: new Date(call.at).toISOString(),
      agent: call.agentSlug,
      tool,
      from,
      to: to.state,
      rule: to.rule,
      ruleBefore,
    };
    this.#cell(from, to.state).add(sample);
    if (isChanged) {
      this.#changed++;
      this.#newly[effect]++;
    } else this.#unchanged++;
    for (const group of [this.#group('tool', tool), this.#group('agent', agent), this.#group('rule', to.rule)]) {
      if (group === null) continue;
      group.calls++;
      if (!isChanged) continue;
      group.changed++;
      group.transitions.add(from, to.state);
      group.samples.add(sample);
    }
  }

  /** `days` is the length of the range; `notes` are added as they are. */
  result(days: number, notes: readonly string[]): ReplayResult {
    const kinds: readonly GroupKind[] = ['tool', 'agent', 'rule'];
    const groups = kinds.map((by) => this.#listGroups(by));
    return {
      calls: this.#calls,
      unchanged: this.#unchanged,
      changed: this.#changed,
      cannotTell: {
        total: this.#untold,
        reasons: [...this.#reasons].map(([reason, calls]) => ({ reason, calls })).sort((a, b) => b.calls - a.calls),
      },
      matrix: this.#matrix.list().map((cell) => ({ ...cell, samples: this.#cell(cell.from, cell.to).list(CELL_SAMPLES) })),
      newly: {
        denied: this.#newly.denied,
        asked: this.#newly.needs_approval,
        limited: this.#newly.limited,
        hidden: this.#newly.hidden,
        allowed: this.#newly.allowed,
      },
      groups: groups.flatMap((list) => list.slice(0, GROUPS_SHOWN)),
      omittedGroups: groups.reduce((sum, list) => sum + Math.max(0, list.length - GROUPS_SHOWN), 0),
      approvals: this.#approvals.forecast(days),
      outcomes: { ...this.#effects },
      observed: [...this.#observed].map(([state, calls]) => ({ state, calls })).sort((a, b) => b.calls - a.calls),
      notes,
    };
  }

  #listGroups(by: GroupKind): ReplayGroup[] {
    return [...this.#groups[by]]
      .map(([key, { calls, changed, cannotTell, transitions, samples }]) => ({
        by,
        key,
        calls,
        changed,
        cannotTell,
        transitions: transitions.list(),
        samples: samples.list(GROUP_SAMPLES),
      }))
      .sort((a, b) => b.changed - a.changed || b.calls - a.calls || (a.key < b.key ? -1 : 1));
  }

  #group(by: GroupKind, key: string): Group | null {
    const known = this.#groups[by].get(key);
    if (known !== undefined) return known;
    if (this.#groups[by].size >= GROUPS_REMEMBERED) return null;
    const made: Group = {
      calls: 0,
      changed: 0,
      cannotTell: 0,
      transitions: new TransitionCounts(),
      samples: new SampleShelf(1, 8),
    };
    // In a group of one tool all samples are of that tool, and a few of them are wanted.
    const group = by === 'tool' ? { ...made, samples: new SampleShelf(GROUP_SAMPLES, 1) } : made;
    this.#groups[by].set(key, group);
    return group;
  }

  #cell(from: SimulatedState, to: SimulatedState): SampleShelf {
    const key = `${from} ${to}`;
    let shelf = this.#cells.get(key);
    if (shelf === undefined) {
      shelf = new SampleShelf(3, 40);
      this.#cells.set(key, shelf);
    }
    return shelf;
  }
}
