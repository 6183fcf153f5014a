import type { CallFacts, CatalogueTool } from '@/lib/domain/decision';
import type { Category } from '@/lib/domain/risk';
import type { Json, JsonObject } from '@/lib/kernel/json';

/** What conditions look at: the call as it reaches one tool, which inside a dispatcher is not the called tool. */
export interface Facts {
  readonly call: CallFacts;
  readonly toolName: string;
  /** undefined when a dispatcher keeps the arguments where they cannot be told apart: nothing under `args` can be evaluated then. */
  readonly args: JsonObject | undefined;
  readonly tool: CatalogueTool | undefined;
  /** The tool's category; `execute` for a dispatcher that runs what cannot be read; undefined for a tool that is not in the catalogue. */
  readonly category: Category | undefined;
}

/** Holds, does not hold, or (undefined) cannot be evaluated: a wrong type, a missing value. */
export type Verdict = boolean | undefined;

/** Reads one value; undefined when it is not there. Only own properties are ever read. */
export type Reader = (facts: Facts) => Json | undefined;
