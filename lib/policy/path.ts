import { didYouMean } from './nearest';

export type Segment =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'every' }
  | { readonly kind: 'deep' };

export type PathRoot = 'args' | 'tool' | 'agent' | 'grant' | 'client' | 'time' | 'server';

/** A parsed path of the policy language, e.g. `args.items[*].price`. */
export interface Path {
  readonly text: string;
  readonly root: PathRoot;
  readonly segments: readonly Segment[];
  /** Has `[*]`. */
  readonly every: boolean;
  /** Has `**`, which only redaction may use. */
  readonly deep: boolean;
}

export interface PathMistake {
  readonly mistake: string;
  readonly hint?: string;
}

/** Fields of every root but `args`; `true` means that anything may follow. */
export const ROOT_FIELDS: Readonly<Record<Exclude<PathRoot, 'args'>, Readonly<Record<string, boolean>>>> = {
  tool: { name: false, risk: false, category: false },
  agent: { name: false, owner: false, environment: false, labels: true },
  grant: { scopes: true, purpose: false },
  client: { name: false },
  time: { hour: false, weekday: false, iso: false },
  server: { slug: false },
};
const ROOTS = ['args', ...Object.keys(ROOT_FIELDS)] as readonly string[];
const FIXED_PATHS = Object.entries(ROOT_FIELDS).flatMap(([root, fields]) => Object.keys(fields).map((field) => `${root}.${field}`));

const PART = /\.(\*\*|[^.[\]"*\s]+)|\[(0|[1-9][0-9]{0,8})\]|\[(\*)\]|\["((?:[^"\\]|\\.)*)"\]/y;
const PATH_LENGTH_MAX = 512;

/** Policies say the same few paths over and over, and reading, compiling and reviewing each parse them. */
const REMEMBERED_MAX = 2000;
const remembered = new Map<string, Path | PathMistake>();

/** Parses a path. Keys with dots, spaces or quotes are written `args["a.b"]`. */
export function parsePath(text: string): Path | PathMistake {
  let path = remembered.get(text);
  if (path === undefined) {
    path = parse(text);
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    if (text.length <= PATH_LENGTH_MAX) remembered.set(text, path);
  }
  return path;
}

function parse(text: string): Path | PathMistake {
  if (text.length > PATH_LENGTH_MAX) return { mistake: `A path has at most ${PATH_LENGTH_MAX} characters.` };
  const root = /^[A-Za-z_]*/.exec(text)?.[0] ?? '';
  if (!ROOTS.includes(root)) {
    return {
      mistake: `\`${text.slice(0, 60)}\` does not start with a known root.`,
      hint: didYouMean(text, FIXED_PATHS) ?? didYouMean(root, ROOTS) ?? `arguments are written \`args.${text.slice(0, 40) || 'name'}\``,
    };
  }
  const segments: Segment[] = [];
  for (let at = root.length; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const part = PART.exec(text);
    if (part === null)
      return {
        mistake: `The path \`${text.slice(0, 60)}\` cannot be read from \`${text.slice(at, at + 20)}\` on.`,
        hint: hintFor(text.slice(at)),
      };
    const segment = segmentOf(part);
    if (segment === null) return { mistake: `The quoted key in \`${text.slice(0, 60)}\` is not valid JSON text.` };
    segments.push(segment);
  }
  const path: Path = {
    text,
    root: root as PathRoot,
    segments,
    every: segments.some((segment) => segment.kind === 'every'),
    deep: segments.some((segment) => segment.kind === 'deep'),
  };
  return checkFields(path) ?? path;
}

export function isPathMistake(path: Path | PathMistake): path is PathMistake {
  return 'mistake' in path;
}

function segmentOf(part: RegExpExecArray): Segment | null {
  if (part[1] === '**') return { kind: 'deep' };
  if (part[1] !== undefined) return { kind: 'key', key: part[1] };
  if (part[2] !== undefined) return { kind: 'index', index: Number(part[2]) };
  if (part[3] !== undefined) return { kind: 'every' };
  try {
    return { kind: 'key', key: JSON.parse(`"${part[4] ?? ''}"`) as string };
  } catch {
    return null;
  }
}

function hintFor(rest: string): string {
  if (rest.startsWith('.*')) return 'every element of a list is written `[*]`';
  if (rest.startsWith('[')) return 'an element is written `[0]`, every element `[*]`, a key with special characters `["a.b"]`';
  if (rest === '.') return 'remove the dot at the end';
  return 'keys with special characters are written `args["a.b"]`';
}

function checkFields(path: Path): PathMistake | null {
  if (path.root === 'args') return null;
  const fields = ROOT_FIELDS[path.root];
  const first = path.segments[0];
  const name = first?.kind === 'key' ? first.key : '';
  const known = Object.keys(fields).map((field) => `${path.root}.${field}`);
  if (!Object.hasOwn(fields, name)) {
    return {
      mistake: `\`${path.text.slice(0, 60)}\` is not a known path.`,
      hint: didYouMean(path.text, known) ?? `known are ${known.join(', ')}`,
    };
  }
  if (path.segments.length > 1 && fields[name] !== true) {
    return { mistake: `\`${path.root}.${name}\` is one value; nothing can follow it.` };
  }
  return null;
}
