import type { CatalogueTool } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import type { Facts, Reader } from './facts';
import { isPathMistake, parsePath, type Segment } from './path';
import type { Plan } from './plan';
import { compileReader } from './read-path';

/** How one tool runs another, compiled. */
export interface Dispatcher {
  readonly declared: boolean;
  readonly toolPath: string;
  readonly toolKey: string | null;
  readonly readTool: Reader;
  /** null: the inner arguments cannot be told apart. */
  readonly args: { readonly key: string | null; readonly segments: readonly Segment[]; readonly read: Reader } | null;
}

/** Of the specification: names outside this are no tool of any server. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const compiledShapes = new WeakMap<object, Dispatcher | null>();

/** The dispatcher that a tool is: declared in its block, else detected; null for other tools and for those that run what cannot be read. */
export function dispatcherOf(plan: Plan, tool: CatalogueTool | undefined): Dispatcher | null {
  if (plan.dispatch === false) return null;
  if (plan.dispatch !== null) return compiled(plan.dispatch, true);
  return tool === undefined || tool.dispatch === null || tool.dispatch.opaque === true ? null : compiled(tool.dispatch, false);
}

/** A tool that runs code or the like: nothing tells what it will do. */
export function isOpaque(tool: CatalogueTool | undefined): boolean {
  return tool?.dispatch?.opaque === true;
}

function compiled(shape: { readonly tool: string; readonly arguments: string | null }, declared: boolean): Dispatcher | null {
  const known = compiledShapes.get(shape);
  if (known !== undefined) return known;
  const tool = parsePath(shape.tool);
  const args = shape.arguments === null ? null : parsePath(shape.arguments);
  let made: Dispatcher | null = null;
  if (!isPathMistake(tool) && (args === null || !isPathMistake(args))) {
    made = {
      declared,
      toolPath: tool.text,
      toolKey: rootKey(tool.segments),
      readTool: compileReader(tool, 'UTC'),
      args: args === null ? null : { key: rootKey(args.segments), segments: args.segments, read: compileReader(args, 'UTC') },
    };
  }
  compiledShapes.set(shape, made);
  return made;
}

function rootKey(segments: readonly Segment[]): string | null {
  const [first] = segments;
  return first?.kind === 'key' ? first.key : null;
}

export type Unwrapped =
  | { readonly ok: true; readonly name: string; readonly args: JsonObject | undefined }
  | {
      readonly ok: false;
      readonly reason: 'dispatch.malformed' | 'dispatch.unknown_tool' | 'argument.undeclared';
      readonly note: string;
      readonly actual: Json | undefined;
    };

/** What a dispatcher is asked to run, or why that cannot be told for sure. */
export function unwrap(dispatcher: Dispatcher, facts: Facts): Unwrapped {
  const alias = undeclaredKey(dispatcher, facts);
  if (alias !== null)
    return {
      ok: false,
      reason: 'argument.undeclared',
      note: `the dispatcher declares no argument \`${alias.slice(0, 60)}\`, and might read it as the tool or its arguments`,
      actual: undefined,
    };
  const name = dispatcher.readTool(facts);
  if (typeof name !== 'string')
    return { ok: false, reason: 'dispatch.malformed', note: 'the name of the tool to run is not text', actual: name };
  if (!TOOL_NAME.test(name)) return { ok: false, reason: 'dispatch.unknown_tool', note: 'no tool can have this name', actual: name };
  if (dispatcher.args === null) return { ok: true, name, args: undefined };
  const args = dispatcher.args.read(facts);
  // Without arguments a tool is called with none; every other writing than an object is somebody's parser trick.
  if (args === undefined) return { ok: true, name, args: {} };
  if (!isJsonObject(args))
    return { ok: false, reason: 'dispatch.malformed', note: 'the arguments of the tool to run are not an object', actual: args };
  return { ok: true, name, args };
}

/**
 * An argument beside the declared ones: an upstream with a second spelling for the tool's name would run something else than
 * what was decided. Where the schema welcomes further keys, only other spellings of the two that matter are refused.
 */
function undeclaredKey(dispatcher: Dispatcher, facts: Facts): string | null {
  const schema = facts.tool?.inputSchema;
  if (facts.args === undefined) return null;
  const properties = schema !== null && schema !== undefined && Object.hasOwn(schema, 'properties') ? schema.properties : undefined;
  const closed = isJsonObject(properties) && (schema?.additionalProperties === undefined || schema.additionalProperties === false);
  for (const key of Object.keys(facts.args)) {
    if (key === dispatcher.toolKey || key === dispatcher.args?.key) continue;
    if (isJsonObject(properties) && Object.hasOwn(properties, key)) continue;
    if (closed || isSpellingOf(key, dispatcher.toolKey) || isSpellingOf(key, dispatcher.args?.key ?? null)) return key;
  }
  return null;
}

function isSpellingOf(key: string, wanted: string | null): boolean {
  const fold = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '');
  return wanted !== null && fold(key) === fold(wanted);
}
