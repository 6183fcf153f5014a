import type { Json } from '@/lib/kernel/json';
import { REDACTED } from '../redact';
import type { RecordedCall } from './recorded-call';
import { effectOf, recordedState } from './simulated-state';

/** What agents did with one argument of a tool. */
export interface ObservedArgument {
  readonly name: string;
  /** Calls that had it. */
  readonly seen: number;
  /** Of the numbers; null when any other kind was seen. */
  readonly numbers: { readonly p99: number; readonly max: number } | null;
  /** The different short texts, most frequent first; null when there were too many, or anything else was seen. */
  readonly values: readonly { readonly value: string; readonly seen: number }[] | null;
}

export interface ObservedTool {
  readonly name: string;
  readonly calls: number;
  readonly agents: number;
  /** Calls whose arguments are known; the arguments below are those of these calls. */
  readonly withArguments: number;
  /** Calls of one agent in one hour, over the hours in which there was any. */
  readonly perHour: { readonly p99: number; readonly max: number };
  readonly arguments: readonly ObservedArgument[];
}

export interface ObservedUse {
  readonly calls: number;
  readonly tools: readonly ObservedTool[];
}

const TOOLS_MAX = 2_000;
const ARGUMENTS_MAX = 40;
const VALUES_MAX = 12;
const VALUE_CHARACTERS_MAX = 40;
const HOUR_MS = 3_600_000;

interface ArgumentCount {
  seen: number;
  numbers: Percentile | null;
  values: Map<string, number> | null;
}

interface ToolCount {
  calls: number;
  withArguments: number;
  readonly hours: Percentile;
  readonly agents: Map<string, { hour: number; calls: number }>;
  readonly args: Map<string, ArgumentCount>;
}

/** Adds up what agents were allowed to do, call by call in the order of time. Bounded in memory. */
export class ObservedUseCount {
  #calls = 0;
  readonly #tools = new Map<string, ToolCount>();

  /** Refused calls are no use: what agents only tried is not what they need. */
  add(call: RecordedCall): void {
    const state = recordedState(call);
    if (state === null || effectOf(state) !== 'allowed' || call.tool === null) return;
    const tool = this.#tool(call.tool);
    if (tool === null) return;
    this.#calls++;
    tool.calls++;
    countHour(tool, call.agentId ?? '', Math.floor(call.at / HOUR_MS));
    if (!call.args.kept) return;
    tool.withArguments++;
    for (const [name, value] of Object.entries(call.args.value)) countArgument(tool.args, name, value);
  }

  result(): ObservedUse {
    const tools = [...this.#tools].map(([name, tool]): ObservedTool => {
      for (const { calls } of tool.agents.values()) tool.hours.add(calls);
      return {
        name,
        calls: tool.calls,
        agents: tool.agents.size,
        withArguments: tool.withArguments,
        perHour: { p99: tool.hours.at(0.99), max: tool.hours.max },
        arguments: [...tool.args].map(([argument, count]) => ({
          name: argument,
          seen: count.seen,
          numbers: count.numbers === null || count.values !== null ? null : { p99: count.numbers.at(0.99), max: count.numbers.max },
          values: count.values === null ? null : valuesOf(count.values),
        })),
      };
    });
    return { calls: this.#calls, tools: tools.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1)) };
  }

  #tool(name: string): ToolCount | null {
    const known = this.#tools.get(name);
    if (known !== undefined) return known;
    if (this.#tools.size >= TOOLS_MAX) return null;
    const made: ToolCount = { calls: 0, withArguments: 0, hours: new Percentile(), agents: new Map(), args: new Map() };
    this.#tools.set(name, made);
    return made;
  }
}

function countHour(tool: ToolCount, agent: string, hour: number): void {
  const current = tool.agents.get(agent);
  if (current === undefined) tool.agents.set(agent, { hour, calls: 1 });
  else if (current.hour === hour) current.calls++;
  else {
    tool.hours.add(current.calls);
    current.hour = hour;
    current.calls = 1;
  }
}

function countArgument(args: Map<string, ArgumentCount>, name: string, value: Json): void {
  let count = args.get(name);
  if (count === undefined) {
    if (args.size >= ARGUMENTS_MAX) return;
    const kind = typeof value;
    count = { seen: 0, numbers: kind === 'number' ? new Percentile() : null, values: kind === 'string' ? new Map() : null };
    args.set(name, count);
  }
  count.seen++;
  if (typeof value === 'number') count.numbers?.add(value);
  else count.numbers = null;
  if (typeof value !== 'string' || value === REDACTED || value.length > VALUE_CHARACTERS_MAX) count.values = null;
  else if (count.values !== null) {
    count.values.set(value, (count.values.get(value) ?? 0) + 1);
    if (count.values.size > VALUES_MAX) count.values = null;
  }
}

function valuesOf(values: ReadonlyMap<string, number>): { value: string; seen: number }[] {
  return [...values].map(([value, seen]) => ({ value, seen })).sort((a, b) => b.seen - a.seen || (a.value < b.value ? -1 : 1));
}

/** A percentile over many numbers with few kept: when there are too many, every other one is let go of, and from then on taken. */
class Percentile {
  max = Number.NEGATIVE_INFINITY;
  #kept: number[] = [];
  #stride = 1;
  #count = 0;

  add(value: number): void {
    this.max = Math.max(this.max, value);
    if (this.#count++ % this.#stride !== 0) return;
    this.#kept.push(value);
    if (this.#kept.length < 2_048) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  at(share: number): number {
    const sorted = [...this.#kept].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  }
}
