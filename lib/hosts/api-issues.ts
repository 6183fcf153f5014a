import { z } from 'zod';
import type { ErrorDetail } from '@/lib/control/control-error';
import { didYouMean } from '@/lib/policy/nearest';

const DETAILS_MAX = 100;

/** Every issue of a validation with its place: a JSON Pointer in a body, the parameter's name in a query. */
export function detailsOf(error: z.ZodError, schema: z.ZodType, value: unknown, where: 'body' | 'query'): ErrorDetail[] {
  return error.issues.slice(0, DETAILS_MAX).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((key) => ({
        path: placeOf([...issue.path, key], where),
        message: ['unknown field', didYouMean(key, known)].filter(Boolean).join('; '),
      }));
    }
    return [{ path: placeOf(issue.path, where), message: sentence(issue, valueAt(value, issue.path)) }];
  });
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union'))
    return 'required';
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  // One of several values: which of them.
  const among = issue.code === 'invalid_value' && typeof issue.path.at(-1) === 'number';
  return among ? `${JSON.stringify(value).slice(0, 100)}: ${message}` : message;
}

function placeOf(path: readonly PropertyKey[], where: 'body' | 'query'): string {
  if (where === 'query') return String(path[0] ?? '');
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof part === 'number') at = listOf(at);
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}

/** Texts with commas between them are lists, too. */
function listOf(value: unknown): unknown {
  const texts = Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === 'string')) return value;
  return texts.flatMap((text) => text.split(',').map((part) => part.trim())).filter((part) => part !== '');
}

/** The fields an object may have at a place, looking through optional, nullable and default wrappers and into unions. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let candidates = unwrap(schema);
  for (const part of path) {
    candidates = candidates.flatMap((candidate) => {
      if (candidate instanceof z.ZodObject) {
        const member = (candidate.shape as Record<string, z.ZodType | undefined>)[String(part)];
        return member ? unwrap(member) : [];
      }
      return candidate instanceof z.ZodArray ? unwrap(candidate.element as z.ZodType) : [];
    });
  }
  return candidates.flatMap((candidate) => (candidate instanceof z.ZodObject ? Object.keys(candidate.shape as object) : []));
}

function unwrap(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as readonly z.ZodType[]).flatMap(unwrap);
  return [schema];
}
