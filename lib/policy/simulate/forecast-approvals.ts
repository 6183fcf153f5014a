import type { ApprovalDemand } from '@/lib/domain/decision';
import type { RecordedCall } from './recorded-call';
import type { ApprovalForecast } from './replay-result';
import { recordedState } from './simulated-state';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RULES_MAX = 200;

interface RuleLoad {
  calls: number;
  atNight: number;
  readonly approvers: readonly string[];
}

/** Counts the calls that would wait for a person. */
export class ApprovalCount {
  #total = 0;
  #atNight = 0;
  readonly #days = new Map<number, { calls: number; atNight: number }>();
  readonly #rules = new Map<string, RuleLoad>();
  readonly #decisions = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();

  add(call: RecordedCall, rule: string, demand: ApprovalDemand | null): void {
    const night = isNight(call.at) ? 1 : 0;
    this.#total++;
    this.#atNight += night;
    const day = Math.floor(call.at / DAY_MS);
    const load = this.#days.get(day) ?? { calls: 0, atNight: 0 };
    load.calls++;
    load.atNight += night;
    this.#days.set(day, load);
    const known = this.#rules.get(rule);
    const ruleLoad = known ?? { calls: 0, atNight: 0, approvers: demand?.approvers ?? [] };
    ruleLoad.calls++;
    ruleLoad.atNight += night;
    if (known === undefined && this.#rules.size < RULES_MAX) this.#rules.set(rule, ruleLoad);
    count(this.#decisions, recordedState(call) ?? 'denied');
    count(this.#outcomes, call.settled?.outcome ?? 'none');
  }

  /** `days` is the length of the range; less than one day is not blown up to one. */
  forecast(days: number): ApprovalForecast {
    const perDay = (calls: number): number => Math.round((calls / Math.max(1, days)) * 10) / 10;
    const list = [...this.#days]
      .sort(([a], [b]) => a - b)
      .map(([day, load]) => ({ day: new Date(day * DAY_MS).toISOString().slice(0, 10), ...load }));
    const busiest = list.reduce<(typeof list)[number] | null>((best, day) => (best === null || day.calls > best.calls ? day : best), null);
    return {
      total: this.#total,
      perDay: perDay(this.#total),
      atNight: this.#atNight,
      busiestDay: busiest === null ? null : { day: busiest.day, calls: busiest.calls },
      days: list,
      byRule: byCount([...this.#rules].map(([rule, load]) => ({ rule, ...load, perDay: perDay(load.calls) }))),
      history: {
        decisions: byCount(
          [...this.#decisions].map(([decision, calls]) => ({ decision, calls })),
        ) as ApprovalForecast['history']['decisions'],
        outcomes: byCount([...this.#outcomes].map(([outcome, calls]) => ({ outcome, calls }))) as ApprovalForecast['history']['outcomes'],
      },
    };
  }
}

function isNight(atMs: number): boolean {
  const hour = Math.floor(atMs / HOUR_MS) % 24;
  return hour >= 22 || hour < 6;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byCount<T extends { readonly calls: number }>(list: T[]): T[] {
  return list.sort((a, b) => b.calls - a.calls);
}
