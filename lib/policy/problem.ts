import type { TextEdit } from './edit/text-edit';

export type Severity = 'error' | 'warning' | 'info';

/** One thing wrong or doubtful in a policy text. Lines and columns start at 1 and count UTF-16 units, as editors do. */
export interface Problem {
  readonly severity: Severity;
  /** Stable, dotted, e.g. `key.unknown`. */
  readonly code: string;
  readonly message: string;
  /** JSON Pointer to the value (or to the object that holds a bad key); '' is the whole document. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** What to do about it. */
  readonly hint?: string;
  /** Changes to the text that would settle it, the likeliest first. */
  readonly fixes?: readonly Fix[];
}

/** A change to the text that can be made with one click. */
export interface Fix {
  /** Verb and object, e.g. "Remove the rule". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** A place in the text, as UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text that is broken all over would otherwise make a list nobody reads and an answer nobody can send. */
const PROBLEMS_MAX = 200;

/** Collects problems of one text and knows where its lines begin. */
export class ProblemList {
  readonly problems: Problem[] = [];
  private lineStarts: number[] | null = null;

  constructor(private readonly text: string) {}

  /** `fixes` are made when somebody asks for them: the gateway compiles too, and mends nothing. */
  add(severity: Severity, code: string, span: Span, path: string, message: string, hint?: string, fixes?: () => readonly Fix[]): void {
    if (this.full) return;
    const from = this.position(span.start);
    const to = this.position(Math.max(span.start, span.end));
    const problem: Problem = {
      severity,
      code,
      message,
      path,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
      ...(hint === undefined ? {} : { hint }),
    };
    this.problems.push(fixes === undefined ? problem : withFixes(problem, fixes));
  }

  error(code: string, span: Span, path: string, message: string, hint?: string): void {
    this.add('error', code, span, path, message, hint);
  }

  /** Nothing more is taken. */
  get full(): boolean {
    return this.problems.length >= PROBLEMS_MAX;
  }

  get failed(): boolean {
    return this.problems.some((problem) => problem.severity === 'error');
  }

  /** In the order of the text, errors before warnings at one place. */
  sorted(): Problem[] {
    const weight: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
    return [...this.problems].sort((a, b) => a.line - b.line || a.column - b.column || weight[a.severity] - weight[b.severity]);
  }

  private position(offset: number): { line: number; column: number } {
    this.lineStarts ??= startsOfLines(this.text);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 };
  }
}

function withFixes(problem: Problem, make: () => readonly Fix[]): Problem {
  let made: readonly Fix[] | null = null;
  const get = (): readonly Fix[] => {
    made ??= make();
    return made;
  };
  return Object.defineProperty({ ...problem }, 'fixes', { enumerable: true, get });
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  let hasLoneReturns = false;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    if (text.charCodeAt(at + 1) === 10) continue;
    starts.push(at + 1);
    hasLoneReturns = true;
  }
  return hasLoneReturns ? starts.sort((a, b) => a - b) : starts;
}

/** Adds one reference token to a JSON Pointer (RFC 6901). */
export function pointerTo(parent: string, token: string | number): string {
  if (typeof token === 'number') return `${parent}/${token}`;
  const isPlain = !token.includes('~') && !token.includes('/');
  return `${parent}/${isPlain ? token : token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
