import type { Reason } from '@/lib/domain/reasons';
import { REASONS } from '@/lib/domain/reasons';
import { compileCondition } from './condition';
import { type DispatchRule, EMPTY_BLOCK, type Mode, type RuleBlock } from './document';
import { isPathMistake, parsePath, type Segment } from './path';
import { pointerTo } from './problem';
import { PLAIN_APPROVAL } from './rules/approval';
import { approvalCheck } from './rules/check-approval';
import { conditionCheck } from './rules/check-conditions';
import { limitCheck } from './rules/check-limit';
import type { Check } from './walk';

/** Everything a policy says about one tool, in the order in which it is looked at. */
export interface Plan {
  /** What listed the tool; only `tools` names it. */
  readonly origin: 'tools' | 'risk' | 'default';
  /** JSON Pointer of the block, or `(default allow)`, `(default deny)`. */
  readonly pointer: string;
  readonly enforced: boolean;
  /** Not null: the tool is denied before anything is looked at. */
  readonly denial: { readonly rule: string; readonly reason: Reason; readonly message: string } | null;
  /** Said beside the first step of the trace. */
  readonly note: string | undefined;
  readonly checks: readonly Check[];
  readonly dispatch: DispatchRule | false | null;
  /** Texts and segments of the redactions that concern this tool. */
  readonly redact: readonly string[];
  readonly redactions: readonly (readonly Segment[])[];
}

export interface PlanContext {
  readonly mode: Mode;
  readonly timezone: string;
  readonly allTools: RuleBlock | null;
  /** JSON Pointer of `allTools`. */
  readonly allPointer: string;
  /** The words where nothing is said and the block denies; those of tools when left out. */
  readonly words?: { readonly denied: string; readonly unlisted: string };
}

/**
 * Compiles a block. The order is the language's: own `require`, `deny_if`, limits, then those of `all_tools`, and what asks
 * for a person last, so that a refusal always beats a question.
 */
export function compilePlan(origin: 'tools' | 'risk', pointer: string, block: RuleBlock, context: PlanContext): Plan {
  const all = context.allTools ?? EMPTY_BLOCK;
  const redact = [...new Set([...block.redact, ...all.redact])];
  const redactions = redact.map(segmentsOf);
  const mode = block.mode ?? context.mode;
  const frame: BlockContext = { timezone: context.timezone, mode };
  const denialRule = pointerTo(pointer, 'action');
  const reason = origin === 'risk' ? 'policy.risk_deny' : 'policy.action_deny';
  return {
    origin,
    pointer,
    enforced: mode === 'enforce',
    denial:
      block.action === 'deny'
        ? { rule: denialRule, reason, message: block.reason ?? context.words?.denied ?? REASONS[reason].words }
        : null,
    note: undefined,
    checks: [
      ...refusing(block, pointer, redactions, frame),
      ...refusing(all, context.allPointer, redactions, frame),
      ...asking(block, pointer, redactions, frame),
      ...asking(all, context.allPointer, redactions, frame),
    ],
    dispatch: block.dispatch,
    redact,
    redactions,
  };
}

/** The plan of what a listed dispatcher may run although nobody knows it: `all_tools` applies, and nothing else does. */
export function compileUnlistedInnerPlan(context: PlanContext): Plan {
  const note = "nobody knows this tool; the dispatcher's own rule decides, since it declares no `dispatch`";
  return { ...compileDefaultPlan(true, context), pointer: '(dispatch)', note };
}

/** The plan of tools that nothing lists. `all_tools` applies to them where they are allowed. */
export function compileDefaultPlan(allows: boolean, context: PlanContext): Plan {
  const plan = compilePlan('tools', '', EMPTY_BLOCK, context);
  const pointer = allows ? '(default allow)' : '(default deny)';
  const message = context.words?.unlisted ?? REASONS['policy.default_deny'].words;
  const denial = allows ? null : { rule: pointer, reason: 'policy.default_deny' as const, message };
  return { ...plan, origin: 'default', pointer, denial };
}

type Redactions = readonly (readonly Segment[])[];

/** How the rules of one block are compiled; `mode` is what holds for those that say nothing. */
interface BlockContext {
  readonly timezone: string;
  readonly mode: Mode;
}

/** A rule's mode where it differs from its block's. */
function ownMode(mode: Mode | null, context: BlockContext): Mode | null {
  return mode === context.mode ? null : mode;
}

function refusing(block: RuleBlock, pointer: string, redactions: Redactions, context: BlockContext): Check[] {
  const rules = (stage: 'require' | 'deny_if') =>
    block[stage].map((rule, i) =>
      conditionCheck({
        stage,
        rule: pointerTo(pointerTo(pointer, stage), i),
        conditions: rule.conditions.map((condition) => compileCondition(condition, context.timezone)),
        redactions,
        message: rule.on_deny ?? block.reason,
        mode: ownMode(rule.mode, context),
      }),
    );
  const limits = block.limits.map((limit, i) =>
    limitCheck(limit, pointerTo(pointerTo(pointer, 'limits'), i), ownMode(limit.mode, context), redactions),
  );
  if (block.rate_limit !== null)
    limits.push(limitCheck(block.rate_limit, pointerTo(pointer, 'rate_limit'), ownMode(block.rate_limit.mode, context), redactions));
  return [...rules('require'), ...rules('deny_if'), ...limits];
}

/** `action: "approve"` asks whatever `when` says; the approval block still says whom and for how long. */
function asking(block: RuleBlock, pointer: string, redactions: Redactions, context: BlockContext): Check[] {
  const always = block.action === 'approve';
  const approval = block.approval ?? (always ? PLAIN_APPROVAL : null);
  if (approval === null) return [];
  const conditions = always ? [] : approval.when.map((condition) => compileCondition(condition, context.timezone));
  return [
    approvalCheck(
      approval,
      pointerTo(pointer, block.approval === null ? 'action' : 'approval'),
      ownMode(approval.mode, context),
      conditions,
      redactions,
    ),
  ];
}

function segmentsOf(text: string): readonly Segment[] {
  const path = parsePath(text);
  if (isPathMistake(path)) throw new Error(`a path that was never read: ${text}`);
  return path.segments;
}
