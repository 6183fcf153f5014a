import type { CatalogueTool } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import type { AnyDecision } from './decide-request';

/** Keywords that can permit or forbid members on their own; a schema with one of them decides for itself. */
const OPEN_KEYWORDS = [
  'patternProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  '$ref',
  '$dynamicRef',
  'dependentSchemas',
  'propertyNames',
];

/**
 * The first argument that the tool's schema does not declare, or null. Asked only where the schema is a plain list of
 * properties: an upstream that ignores or forwards what it did not declare is how data leaves unseen.
 */
export function undeclaredArgument(args: JsonObject, schema: JsonObject | null): string | null {
  const properties = schema?.properties;
  if (schema === null || !isJsonObject(properties)) return null;
  const additional = schema.additionalProperties;
  if (additional !== undefined && additional !== false) return null;
  for (const key of Object.keys(args)) {
    if (Object.hasOwn(properties, key)) continue;
    return OPEN_KEYWORDS.some((keyword) => keyword in schema) ? null : key;
  }
  return null;
}

/** What the gateway answers to a call that the policy lets pass: the same decision, or the refusal of an undeclared argument. */
export function withDeclaredArguments<D extends AnyDecision>(decision: D, args: JsonObject, tool: CatalogueTool | undefined): D {
  const refusedAlready = !decision.passes && decision.outcome !== 'needs_approval';
  if (refusedAlready || tool === undefined || undeclaredArgument(args, tool.inputSchema) === null) return decision;
  return {
    ...decision,
    outcome: 'denied',
    passes: false,
    observed: false,
    reason: 'argument.undeclared',
    rule: '(undeclared argument)',
    message: REASONS['argument.undeclared'].words,
    charges: [],
    approval: null,
  };
}
