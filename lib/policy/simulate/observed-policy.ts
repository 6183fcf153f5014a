import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { pointerTo } from '../problem';
import type { ObservedArgument, ObservedTool, ObservedUse } from './observed-use';

export interface ObservedSuggestion {
  /** JSON Pointer into the text. */
  readonly pointer: string;
  readonly sentence: string;
  readonly seen: number;
  readonly agents: number;
}

export interface ObservedPolicy {
  readonly text: string;
  readonly suggestions: readonly ObservedSuggestion[];
}

/** Fewer calls than this say nothing about what is usual. */
const CALLS_MIN = 20;
const CHOICES_MAX = 8;
/** A limit below this would stop the first busy hour, and what it holds back is little. */
const PER_HOUR_MIN = 10;

/**
 * A least-privilege policy from what was seen: each used tool is allowed as it was used, everything else is denied. With
 * `showsValues` false, texts from arguments are only repeated where the tool's own schema names them: not everybody who
 * writes policies may read payloads.
 */
export function observedPolicy(use: ObservedUse, catalogue: Catalogue, days: number, showsValues: boolean): ObservedPolicy {
  const suggestions: ObservedSuggestion[] = [];
  const blocks: string[] = [];
  const tools = use.tools.filter((tool) => catalogue.has(tool.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const tool of tools) {
    const pointer = pointerTo('/tools', tool.name);
    const seen = `seen ${grouped(tool.calls)} ${tool.calls === 1 ? 'time' : 'times'}, ${tool.agents} ${tool.agents === 1 ? 'agent' : 'agents'}`;
    suggestions.push({ pointer, sentence: `Allow ${tool.name}: ${seen}.`, seen: tool.calls, agents: tool.agents });
    const block = blockFor(tool, catalogue.get(tool.name) as CatalogueTool, pointer, showsValues, suggestions);
    blocks.push(`    // ${seen}\n    ${JSON.stringify(tool.name)}: ${block}`);
  }
  const text = `{
  // Made from ${grouped(use.calls)} allowed calls of the last ${days} ${days === 1 ? 'day' : 'days'}. What was not used is denied.
  "version": "1",
  "default": "deny",
  "tools": {${blocks.length === 0 ? '' : `\n${blocks.join(',\n')}\n  `}}
}
`;
  return { text, suggestions };
}

function blockFor(tool: ObservedTool, known: CatalogueTool, pointer: string, showsValues: boolean, found: ObservedSuggestion[]): string {
  const require: string[] = [];
  const denyIf: string[] = [];
  const limits: string[] = [];
  const suggest = (list: string, index: number, sentence: string, seen: number): void => {
    found.push({ pointer: `${pointer}/${list}/${index}`, sentence: `${tool.name}: ${sentence}`, seen, agents: tool.agents });
  };
  for (const argument of tool.arguments) {
    const bound = boundOf(argument, known, showsValues);
    if (bound === null) continue;
    const path = pathOf(argument.name);
    if (argument.seen === tool.withArguments) {
      suggest('require', require.length, bound.sentence, argument.seen);
      require.push(condition(path, bound.op, bound.value, bound.message));
    } else {
      // It may be left out, and what is left out does not hold in `require`.
      suggest('deny_if', denyIf.length, `${bound.sentence}, where it is given`, argument.seen);
      denyIf.push(
        `{ "conditions": [${condition(path, 'exists', true)}, ${condition(path, bound.refused, bound.value)}], "on_deny": ${JSON.stringify(bound.message)} }`,
      );
    }
  }
  if (tool.calls >= CALLS_MIN) {
    const max = Math.max(PER_HOUR_MIN, roundUp(tool.perHour.p99));
    suggest('limits', 0, `at most ${max} calls an hour for each agent; 99 of 100 busy hours had ${tool.perHour.p99} or fewer`, tool.calls);
    limits.push(`{ "counter": ${JSON.stringify(`${tool.name} calls`)}, "window": "hour", "max": ${max}, "scope": "agent" }`);
  }
  const members = [listMember('require', require), listMember('deny_if', denyIf), listMember('limits', limits)].filter(
    (one) => one !== null,
  );
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n    }`;
}

interface Bound {
  readonly op: 'in' | 'lte';
  /** The operator that holds when `op` does not. */
  readonly refused: 'not_in' | 'gt';
  readonly value: Json;
  readonly sentence: string;
  readonly message: string;
}

function boundOf(argument: ObservedArgument, tool: CatalogueTool, showsValues: boolean): Bound | null {
  const { name, seen, numbers, values } = argument;
  if (seen < CALLS_MIN) return null;
  if (numbers !== null && numbers.max > 0) {
    const max = roundUp(numbers.p99);
    return {
      op: 'lte',
      refused: 'gt',
      value: max,
      sentence: `${name} at most ${max}; 99 of 100 calls had ${numbers.p99} or less`,
      message: `${name} is at most ${max}.`,
    };
  }
  if (values === null || values.length > CHOICES_MAX) return null;
  const declared = declaredChoices(tool, name);
  const choices = values.map((one) => one.value).sort();
  if (declared === null ? !showsValues : !choices.every((choice) => declared.includes(choice))) return null;
  // Nothing is gained by repeating the whole of what the schema allows.
  if (declared !== null && declared.length === choices.length) return null;
  return {
    op: 'in',
    refused: 'not_in',
    value: choices,
    sentence: `${name} is one of ${choices.map((choice) => `“${choice}”`).join(', ')}`,
    message: `${name} is one of ${choices.join(', ')}.`,
  };
}

function declaredChoices(tool: CatalogueTool, name: string): readonly string[] | null {
  const properties = tool.inputSchema?.properties;
  const schema = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const choices = isJsonObject(schema ?? null) ? (schema as { readonly enum?: unknown }).enum : undefined;
  return Array.isArray(choices) && choices.every((one) => typeof one === 'string') ? (choices as string[]) : null;
}

function pathOf(name: string): string {
  return /^[^.[\]"*\s]+$/.test(name) ? `args.${name}` : `args[${JSON.stringify(name)}]`;
}

function condition(path: string, op: string, value: Json, message?: string): string {
  const said = message === undefined ? '' : `, "on_deny": ${JSON.stringify(message)}`;
  return `{ "path": ${JSON.stringify(path)}, "op": "${op}", "value": ${JSON.stringify(value)}${said} }`;
}

function listMember(name: string, items: readonly string[]): string | null {
  return items.length === 0 ? null : `      "${name}": [\n${items.map((item) => `        ${item}`).join(',\n')}\n      ]`;
}

/** Up to a number that people would choose: two digits that count. */
function roundUp(value: number): number {
  if (value <= 10) return Math.max(1, Math.ceil(value));
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
