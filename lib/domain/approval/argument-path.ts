/** `customer.id`; a name that would read like a path, or like nothing, is quoted, so that no two members share a path. */
export function memberPath(path: string, name: string): string {
  const part = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name) ? name : JSON.stringify(name);
  return path === '' ? part : `${path}.${part}`;
}

/** So many arguments are shown and compared before somebody asks for the rest. */
export const ARGUMENT_ROWS_MAX = 200;
