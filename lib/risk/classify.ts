import type { Category, Classification, RiskLevel, ToolDefinition } from '@/lib/domain/risk';
import { type Claims, readClaims } from '@/lib/risk/claims';
import { readDescription } from '@/lib/risk/description';
import { type Dispatcher, extendsTools, findDispatcher } from '@/lib/risk/dispatchers';
import { type Effect, readEffect } from '@/lib/risk/effect';
import { findings } from '@/lib/risk/findings';
import { worse } from '@/lib/risk/lexicon';
import { moneyReason } from '@/lib/risk/money';
import { readSchema, type SchemaCues } from '@/lib/risk/schema-cues';
import { nameWords } from '@/lib/risk/tokens';

const BASE_RISK: Readonly<Record<Category, RiskLevel>> = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  destructive: 'critical',
  financial: 'critical',
};
const RISK_ORDER: readonly RiskLevel[] = ['low', 'medium', 'high', 'critical'];

/**
 * What a tool does to the world, judged by its definition alone: deterministic, offline, explained. The author's own
 * annotations can only raise the verdict. A definition that lies cannot be caught here; findings show its signs.
 * Accepts any text in any member and never throws on what a JSON parser made.
 */
export function classify(input: { readonly server: string; readonly tool: ToolDefinition }): Classification {
  const { server, tool } = input;
  const words = nameWords(server, tool.name);
  const cues = readSchema(tool.inputSchema);
  const claims = readClaims(tool.description ?? '');
  const description = readDescription(tool.description ?? tool.title ?? '');
  const verdict = new Verdict(readEffect({ tool, words, description, cues, claims }));

  const money = verdict.category === 'read' ? null : moneyReason(server, tool, words, cues);
  if (money !== null) verdict.raise('financial', money);
  const dispatcher = findDispatcher(tool);
  if (dispatcher !== null) raiseForDispatcher(verdict, dispatcher);
  const extension = extendsTools(tool);
  if (extension !== null) verdict.raise('execute', extension);
  raiseForClaims(verdict, claims, cues);
  raiseForAnnotations(verdict, tool);

  return {
    category: verdict.category,
    risk: verdict.risk,
    reasons: verdict.reasons,
    confidence: verdict.confidence,
    findings: findings(tool),
    ...(dispatcher?.shape ? { dispatch: dispatcher.shape } : {}),
  };
}

/** A verdict that can only get worse. The reason that raised it last comes first. */
class Verdict {
  category: Category;
  risk: RiskLevel;
  confidence: Classification['confidence'];
  readonly reasons: string[];

  constructor(effect: Effect) {
    this.category = effect.category;
    this.risk = BASE_RISK[effect.category];
    this.confidence = effect.confidence;
    this.reasons = [...effect.reasons];
  }

  raise(category: Category, reason: string): void {
    const isWorse = worse(this.category, category) !== this.category;
    if (isWorse) {
      this.category = category;
      this.confidence = 'high';
    }
    this.raiseRisk(BASE_RISK[category]);
    if (isWorse) this.reasons.unshift(reason);
    else this.reasons.push(reason);
  }

  raiseRisk(risk: RiskLevel): void {
    if (RISK_ORDER.indexOf(risk) > RISK_ORDER.indexOf(this.risk)) this.risk = risk;
  }
}

function raiseForDispatcher(verdict: Verdict, dispatcher: Dispatcher): void {
  verdict.raise('execute', dispatcher.reason);
  verdict.confidence = 'high';
}

function raiseForClaims(verdict: Verdict, claims: Claims, cues: SchemaCues): void {
  if (verdict.category === 'read') {
    if (cues.openPayload !== null && claims.readOnlyQuery) {
      verdict.raiseRisk('medium');
      verdict.reasons.push(`takes an open-ended payload in \`${cues.openPayload}\`, and only its own text says that it just reads`);
    }
    return;
  }
  if (cues.openPayload !== null && verdict.category === 'execute') {
    verdict.reasons.push(`takes an open-ended payload in \`${cues.openPayload}\``);
  }
  if (claims.irreversible !== null) {
    verdict.raiseRisk('high');
    verdict.reasons.push(`the description says "${claims.irreversible}"`);
  } else if (claims.overwrites !== null) {
    verdict.raiseRisk('high');
    verdict.reasons.push(`the description says that it ${claims.overwrites.trim().toLowerCase()}`);
  }
}

/** Hints are claims of the server: believed when they speak against the tool, never when they speak for it. */
function raiseForAnnotations(verdict: Verdict, tool: ToolDefinition): void {
  const hints = tool.annotations;
  if (hints === undefined || hints === null) return;
  if (hints.readOnlyHint === false) {
    if (verdict.category === 'read') verdict.raise('write', 'its server states that it is not read-only');
  }
  if (hints.destructiveHint === true && hints.readOnlyHint !== true) {
    if (verdict.category === 'read') verdict.raise('write', 'its server states that it may change or remove what exists');
    else verdict.reasons.push('its server states that it may change or remove what exists');
    verdict.raiseRisk('high');
  }
}
