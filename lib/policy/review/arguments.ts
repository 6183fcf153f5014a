import type { CatalogueTool } from '@/lib/domain/decision';
import type { Json } from '@/lib/kernel/json';
import { nearest } from '../nearest';
import { isPathMistake, parsePath, type Segment } from '../path';
import { pointerTo } from '../problem';
import { childSchema, closedProperties } from './argument-schema';
import { adding, removal, setting } from './fixes';
import type { PlacedBlock } from './placed-block';
import type { PlacedCondition } from './places';
import type { PlannedFix, Review } from './review-context';

/**
 * Arguments that the tool's schema does not have, and tests on optional ones: in this language a missing value fails a
 * `require` and fulfils a `deny_if`, so that leaving the argument out gets every such call refused.
 */
export function reviewArguments(review: Review): void {
  for (const placed of review.blocks) {
    const [tool] = placed.tools;
    if (tool === undefined || placed.tools.length !== 1 || placed.owner === 'all_tools') continue;
    for (const { path, pointer, whole } of argumentPaths(review, placed)) reviewPath(review, tool, path, pointer, whole);
    reviewOptional(review, placed, tool);
  }
}

interface ArgumentPath {
  readonly path: string;
  readonly pointer: string;
  /** What to take out with a path that leads nowhere. */
  readonly whole: string;
}

function argumentPaths(review: Review, placed: PlacedBlock): ArgumentPath[] {
  const paths: ArgumentPath[] = review.conditionsOf(placed).map((at) => ({
    path: at.condition.path,
    pointer: `${at.pointer}/path`,
    whole: at.alone && at.stage !== 'approval' ? at.rulePointer : at.pointer,
  }));
  for (const [i, limit] of placed.block.limits.entries()) {
    const whole = `${placed.pointer}/limits/${i}`;
    if (limit.increment_from !== null) paths.push({ path: limit.increment_from, pointer: `${whole}/increment_from`, whole });
    if (limit.scope.startsWith('args')) paths.push({ path: limit.scope, pointer: `${whole}/scope`, whole });
  }
  return paths;
}

function reviewPath(review: Review, tool: CatalogueTool, text: string, pointer: string, whole: string): void {
  const path = parsePath(text);
  if (isPathMistake(path) || path.root !== 'args') return;
  let schema: Json | undefined = tool.inputSchema ?? undefined;
  for (const [i, segment] of path.segments.entries()) {
    const known = closedProperties(schema);
    if (segment.kind === 'key' && known !== null && !Object.hasOwn(known, segment.key)) {
      const match = nearest(segment.key, Object.keys(known));
      const fixes: PlannedFix[] = [removal(`Remove ${whole}`, whole)];
      if (match !== null) {
        const corrected = path.segments.map((other, at) => (at === i ? ({ kind: 'key', key: match } as const) : other));
        fixes.unshift(setting(`Change it to ${match}`, pointer, pathText(corrected)));
      }
      review.say({
        code: 'argument.unknown',
        pointer,
        message: `${tool.name} declares no argument \`${segment.key}\`.`,
        hint: match === null ? `it has ${Object.keys(known).join(', ') || 'none'}` : `did you mean \`${match}\`?`,
        fixes,
      });
      return;
    }
    schema = childSchema(schema, segment);
  }
}

function pathText(segments: readonly Segment[]): string {
  const parts = segments.map((segment) => {
    if (segment.kind === 'index') return `[${segment.index}]`;
    if (segment.kind !== 'key') return segment.kind === 'every' ? '[*]' : '.**';
    return /^[^.[\]"*\s]+$/.test(segment.key) ? `.${segment.key}` : `[${JSON.stringify(segment.key)}]`;
  });
  return `args${parts.join('')}`;
}

function reviewOptional(review: Review, placed: PlacedBlock, tool: CatalogueTool): void {
  const properties = closedProperties(tool.inputSchema ?? undefined);
  if (properties === null) return;
  const required = Array.isArray(tool.inputSchema?.required) ? (tool.inputSchema.required as readonly Json[]) : [];
  const conditions = review.conditionsOf(placed);
  const tested = new Set(conditions.filter(({ condition }) => condition.op === 'exists').map(({ condition }) => condition.path));
  const said = new Set<string>();
  for (const at of conditions) {
    const { condition, pointer, stage, alone } = at;
    const key = /^args\.([^.[\]]+)/.exec(condition.path)?.[1];
    const isOptional = key !== undefined && Object.hasOwn(properties, key) && !required.includes(key) && !tested.has(`args.${key}`);
    if (!isOptional || condition.op === 'exists' || (stage === 'deny_if' && !alone) || said.has(`${stage} ${key}`)) continue;
    said.add(`${stage} ${key}`);
    review.say({
      code: 'argument.optional',
      pointer: `${pointer}/path`,
      message: `\`${key}\` is optional: ${stage === 'approval' ? 'a call without it asks a person' : 'a call without it is denied'}.`,
      hint:
        stage === 'deny_if'
          ? `to let such calls pass, write { "conditions": [{ "path": "args.${key}", "op": "exists", "value": true }, …] }`
          : 'if that is meant, say so with an `exists` rule',
      fixes: optionalFixes(placed, at, `args.${key}`),
    });
  }
}

function optionalFixes(placed: PlacedBlock, at: PlacedCondition, path: string): PlannedFix[] {
  const exists = { path, op: 'exists', value: true };
  const insist = adding(`Require ${path}`, pointerTo(placed.pointer, 'require'), exists, 0);
  if (at.stage === 'require') return [insist];
  if (at.stage === 'approval') return [adding('Ask only when it is there', `${at.rulePointer}/when`, exists, 0), insist];
  const pass = 'Let calls without it pass';
  return [at.pointer === at.rulePointer ? grouping(pass, at, exists) : adding(pass, `${at.rulePointer}/conditions`, exists, 0), insist];
}

/** Makes a rule of a condition that is written alone. */
function grouping(title: string, at: PlacedCondition, first: { path: string; op: string; value: boolean }): PlannedFix {
  const { path, op, value, timezone } = at.condition;
  const condition = { path, op, value, ...(timezone === null ? {} : { timezone }) };
  const { name, on_deny, mode } = at.rule;
  const rule = {
    ...(name === null ? {} : { name }),
    conditions: [first, condition],
    ...(on_deny === null ? {} : { on_deny }),
    ...(mode === null ? {} : { mode }),
  };
  return setting(title, at.rulePointer, rule);
}
