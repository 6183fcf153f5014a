import type { JsonObject } from '@/lib/kernel/json';

/** What a tool does to the world, in the precedence the classifier uses when several apply (last wins). */
export const CATEGORIES = ['read', 'write', 'execute', 'destructive', 'financial'] as const;
export type Category = (typeof CATEGORIES)[number];

export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** A tool exactly as its server announces it in `tools/list`. Every text in it is hostile input. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
  readonly icons?: unknown;
  readonly execution?: unknown;
  readonly _meta?: JsonObject;
}

/** Where a dispatcher keeps the name and the arguments of the tool it runs; paths as in the policy language. */
export interface DispatchShape {
  /** e.g. `args.tool_name` */
  readonly tool: string;
  /** e.g. `args.arguments`; null when the inner arguments cannot be told apart */
  readonly arguments: string | null;
  /** true when what it runs cannot be read at all (it runs code): decided as `execute` */
  readonly opaque?: boolean;
}

/** One sign of poisoning or of a careless definition, found in the definition's own text or schema. */
export interface Finding {
  readonly code: string;
  readonly severity: 'low' | 'medium' | 'high';
  readonly message: string;
  /** JSON Pointer into the definition, e.g. `/description` */
  readonly path: string;
}

export interface Classification {
  readonly category: Category;
  readonly risk: RiskLevel;
  /** Sentences for people, strongest first; never empty. */
  readonly reasons: readonly string[];
  readonly confidence: 'high' | 'medium' | 'low';
  readonly findings: readonly Finding[];
  readonly dispatch?: DispatchShape;
}

export const TOOL_STATUSES = ['active', 'pending', 'quarantined'] as const;
export type ToolStatus = (typeof TOOL_STATUSES)[number];
