import { isJsonObject, type Json } from '@/lib/kernel/json';
import { memberPath } from './argument-path';

const DEPTH_MAX = 3;

/** Members by dotted path, objects opened three levels deep; what lies deeper, and every list, is one value. */
export function leavesOf(args: Json): Map<string, Json> {
  const leaves = new Map<string, Json>();
  const walk = (value: Json, path: string, depth: number): void => {
    if (isJsonObject(value) && depth < DEPTH_MAX && Object.keys(value).length > 0) {
      for (const [key, member] of Object.entries(value)) walk(member, memberPath(path, key), depth + 1);
    } else if (path !== '' || !isJsonObject(value)) leaves.set(path, value);
  };
  walk(args, '', 0);
  return leaves;
}
