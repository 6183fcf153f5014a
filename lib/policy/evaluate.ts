import type {
  ApprovalDemand,
  CallFacts,
  Catalogue,
  CatalogueTool,
  Charge,
  Decision,
  TargetDecision,
  TargetKind,
} from '@/lib/domain/decision';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import { PLAIN_RESULTS, type ResultRules } from '@/lib/domain/result-flags';
import type { JsonObject } from '@/lib/kernel/json';
import type { CompiledPolicy } from './compiled-policy';
import { type Dispatcher, dispatcherOf, isOpaque, unwrap } from './dispatcher';
import type { PolicyDocument } from './document';
import type { Facts } from './facts';
import type { Segment } from './path';
import type { Plan } from './plan';
import { shownValue } from './redact';
import { runPlan, strictest } from './run-plan';
import { TargetEvaluator } from './target-evaluator';
import { ToolRules } from './tool-rules';
import { coveredOutside, type Level, type MutableStep, type Refusal, writeStep } from './walk';

/** A call may pass through this many dispatchers. */
export const DISPATCHERS_MAX = 3;

/** The closures of one policy. Decides without I/O, clock or state beyond a bounded memory of names. */
export class Evaluator implements CompiledPolicy {
  readonly mode: 'enforce' | 'observe';
  readonly defaultAction: 'allow' | 'deny';
  readonly results: ResultRules;
  private readonly rules: ToolRules;
  private readonly targets: TargetEvaluator;

  constructor(document: PolicyDocument) {
    this.mode = document.mode;
    this.defaultAction = document.default;
    this.rules = new ToolRules(document);
    this.targets = new TargetEvaluator(document);
    this.results = document.results ?? PLAIN_RESULTS;
  }

  decideTarget(kind: TargetKind, call: CallFacts): TargetDecision | null {
    return this.targets.decide(kind, call);
  }

  hidesSome(kind: TargetKind): boolean {
    return this.targets.hidesSome(kind);
  }

  hidesTarget(kind: TargetKind, name: string): boolean {
    return this.targets.hides(kind, name);
  }

  /** Under mode observe nothing changes for the agent, so what the policy hides is still listed; inactive tools never are. */
  hides(name: string, catalogue: Catalogue): boolean {
    const tool = catalogue.get(name);
    if (tool === undefined || tool.status !== 'active') return true;
    return this.rules.isHidden(name) && this.rules.resolve(name, categoryOf(tool)).enforced;
  }

  decide(call: CallFacts, catalogue: Catalogue): Decision {
    const chain: Chain = {
      call,
      catalogue,
      trace: [],
      refusals: [],
      charges: [],
      tools: [],
      redact: [],
      outerRedactions: [],
      known: undefined,
      first: null,
    };
    let here: Stop | null = { name: call.tool, args: call.args, origin: [], via: null };
    while (here !== null) here = this.visit(here, chain);
    return conclude(chain);
  }

  /** Decides one tool of the chain; gives the tool that it would run, if any. */
  private visit(stop: Stop, chain: Chain): Stop | null {
    const tool = chain.catalogue.get(stop.name);
    const category = categoryOf(tool);
    const plan = this.planFor(stop, tool, category, chain.catalogue);
    const facts: Facts = { call: chain.call, toolName: stop.name, args: stop.args, tool, category };
    const level: Level = {
      facts,
      enforced: plan.enforced,
      trace: chain.trace,
      refusals: chain.refusals,
      charges: [],
      origin: stop.origin,
      outerRedactions: chain.outerRedactions,
    };
    chain.tools.push(stop.name);
    chain.first ??= plan;
    if (tool !== undefined) chain.known = tool;
    addRedactions(chain, plan, stop.origin);
    if (!this.visible(stop, level, tool)) return null;
    addCharges(chain, runPlan(plan, level, stop.via !== null));
    const dispatcher = dispatcherOf(plan, tool);
    return dispatcher === null ? null : follow(dispatcher, plan, level, chain);
  }

  private planFor(
    stop: Stop,
    tool: CatalogueTool | undefined,
    category: CatalogueTool['category'] | undefined,
    catalogue: Catalogue,
  ): Plan {
    const plan = this.rules.resolve(stop.name, category);
    const { via } = stop;
    if (via === null || tool !== undefined || plan.origin !== 'default' || this.defaultAction === 'allow') return plan;
    // docs/adr/0003: a detected dispatcher that is listed itself, without saying what it may run, decides for tools nobody knows.
    const isOuterAlone = !via.dispatcher.declared && via.plan.origin === 'tools' && !this.rules.namesToolsOutside(catalogue);
    return isOuterAlone ? this.rules.unlistedInnerPlan : plan;
  }

  /** Hidden, unknown and not approved tools end here; the last two whatever the mode, since no policy was asked. */
  private visible(stop: Stop, level: Level, tool: CatalogueTool | undefined): boolean {
    const refuse = (outcome: 'hidden' | 'denied', reason: Reason, rule: string, enforced: boolean, note?: string): false => {
      const step = writeStep(level, stop.name, { stage: 'visibility', rule }, 'fail', note);
      level.refusals.push({ outcome, reason, rule, message: REASONS[reason].words, enforced, step, approval: null });
      return false;
    };
    if (this.rules.isHidden(stop.name)) {
      refuse('hidden', 'policy.hidden', '(hidden)', level.enforced);
      if (level.enforced) return false;
    }
    if (tool === undefined && stop.via === null)
      return refuse('denied', 'tool.unknown', '(default deny)', true, 'the server has no such tool');
    if (tool !== undefined && tool.status !== 'active') {
      const note = tool.status === 'pending' ? 'the definition waits for approval' : 'the definition changed and waits for approval';
      return refuse('denied', tool.status === 'pending' ? 'tool.pending' : 'tool.quarantined', '(quarantined)', true, note);
    }
    return true;
  }
}

interface Stop {
  readonly name: string;
  readonly args: JsonObject | undefined;
  readonly origin: readonly Segment[];
  /** The dispatcher that would run this tool; null for the called tool. */
  readonly via: { readonly dispatcher: Dispatcher; readonly plan: Plan } | null;
}

interface Chain {
  readonly call: CallFacts;
  readonly catalogue: Catalogue;
  readonly trace: MutableStep[];
  readonly refusals: Refusal[];
  charges: Charge[];
  readonly tools: string[];
  redact: readonly string[];
  outerRedactions: readonly (readonly Segment[])[];
  /** The innermost tool that is in the catalogue. */
  known: CatalogueTool | undefined;
  first: Plan | null;
}

function categoryOf(tool: CatalogueTool | undefined): CatalogueTool['category'] | undefined {
  return isOpaque(tool) ? 'execute' : tool?.category;
}

/** Each limit is charged once a call, although several tools of the chain may be under it; then with the largest amount. */
function addCharges(chain: Chain, charges: readonly Charge[]): void {
  if (chain.charges.length === 0) {
    chain.charges = [...charges];
    return;
  }
  for (const charge of charges) {
    const same = chain.charges.findIndex((other) => other.rule === charge.rule && other.key === charge.key);
    const other = chain.charges[same];
    if (other === undefined) chain.charges.push(charge);
    else if (other.amount < charge.amount) chain.charges[same] = charge;
  }
}

function follow(dispatcher: Dispatcher, plan: Plan, level: Level, chain: Chain): Stop | null {
  const { facts } = level;
  const inner = unwrap(dispatcher, facts);
  const rule = dispatcher.declared ? `${plan.pointer}/dispatch` : '(dispatch)';
  const tooDeep = inner.ok && chain.tools.length > DISPATCHERS_MAX;
  const note = inner.ok ? (dispatcher.declared ? 'declared in the policy' : 'detected at registration') : inner.note;
  const step = writeStep(level, facts.toolName, { stage: 'dispatch', rule }, inner.ok && !tooDeep ? 'pass' : 'fail', note);
  step.path = dispatcher.toolPath;
  const place = { ofArgs: true, segments: [] };
  const seen = inner.ok ? inner.name : inner.actual;
  if (seen !== undefined) step.actual = shownValue(seen, coveredOutside(level, place));
  if (inner.ok && !tooDeep) {
    return {
      name: inner.name,
      args: inner.args,
      origin: [...level.origin, ...(dispatcher.args?.segments ?? [])],
      via: { dispatcher, plan },
    };
  }
  const reason = inner.ok ? 'dispatch.too_deep' : inner.reason;
  level.refusals.push({ outcome: 'denied', reason, rule, message: REASONS[reason].words, enforced: level.enforced, step, approval: null });
  return null;
}

/** Inner redactions are written from the call's own arguments on, since that is what is stored. */
function addRedactions(chain: Chain, plan: Plan, origin: readonly Segment[]): void {
  if (plan.redact.length === 0) return;
  if (origin.length === 0 && chain.redact.length === 0) {
    chain.redact = plan.redact;
    chain.outerRedactions = plan.redactions;
    return;
  }
  const start = `args${origin.map(segmentText).join('')}`;
  chain.redact = [...new Set([...chain.redact, ...plan.redact.map((text) => `${start}${text.slice('args'.length)}`)])];
  chain.outerRedactions = [...chain.outerRedactions, ...plan.redactions.map((segments) => [...origin, ...segments])];
}

function segmentText(segment: Segment): string {
  if (segment.kind === 'key') return /^[^.[\]"*\s]+$/.test(segment.key) ? `.${segment.key}` : `[${JSON.stringify(segment.key)}]`;
  return segment.kind === 'index' ? `[${segment.index}]` : segment.kind === 'every' ? '[*]' : '.**';
}

function conclude(chain: Chain): Decision {
  const refusal = strictest(chain.refusals);
  const plan = chain.first as Plan;
  const passes = refusal === null || !refusal.enforced;
  const denies = refusal !== null && refusal.outcome !== 'needs_approval' && !passes;
  if (refusal !== null) refusal.step.decided = true;
  const { known } = chain;
  const common = {
    passes,
    observed: refusal !== null && passes,
    tools: chain.tools,
    charges: denies ? [] : chain.charges,
    redact: chain.redact,
    // A tool that nobody knows may do anything.
    category: categoryOf(known) ?? 'execute',
    risk: known?.risk ?? 'critical',
    trace: chain.trace,
  } as const;
  if (refusal === null) {
    const reason = plan.origin === 'default' ? 'policy.default_allow' : 'policy.allowed';
    return { outcome: 'allowed', reason, rule: plan.pointer, message: null, approval: null, ...common };
  }
  const { outcome, reason, rule, message } = refusal;
  const approval: ApprovalDemand | null = refusal.approval;
  return { outcome, reason, rule, message, approval, ...common };
}
