import type { Json } from '@/lib/kernel/json';
import { Seeded } from '../policy/generate-policy';

/** How one generated text is written, and how wild its comments are. */
interface Habits {
  readonly eol: string;
  readonly unit: string;
  readonly trailing: boolean;
  readonly oneLine: number;
  readonly comments: number;
  readonly commaFirst: number;
  readonly pad: string;
  readonly colon: string;
}

const KEYS = ['a', 'b', 'tools', 'hide', 'limits', 'x/y', 'til~de', 'ключ', '', 'sp ace', 'quo"te', 'toString'];
const SCALARS: readonly Json[] = [
  0,
  1,
  -2.5,
  1e21,
  true,
  false,
  null,
  '',
  'text',
  '// no comment',
  '/* nor this */',
  'a "quoted" \\ word',
  '𝒳',
  '\u2028',
  ',',
  '}',
];

/** Random JSONC: every style of line, comma and comment that the language admits, each comment with a number of its own. */
export class TextGenerator {
  readonly random: Seeded;
  private comments = 0;
  private habits: Habits;

  constructor(seed: number) {
    this.random = new Seeded(seed);
    const { random } = this;
    this.habits = {
      eol: random.pick(['\n', '\n', '\r\n', '\r']),
      unit: random.pick(['  ', '  ', '    ', '\t']),
      trailing: random.chance(0.25),
      oneLine: random.pick([0.1, 0.4, 0.9]),
      comments: random.pick([0, 0.1, 0.3, 0.6]),
      commaFirst: random.pick([0, 0, 0, 0.3]),
      pad: random.pick([' ', ' ', '']),
      colon: random.pick([': ', ': ', ':', ' : ']),
    };
  }

  text(value: Json): string {
    const { random, habits } = this;
    const head = random.chance(0.3) ? this.block('') + (random.chance(0.5) ? habits.eol : '') : '';
    const foot = random.chance(0.3) ? habits.eol + this.comment('') : '';
    return head + this.write(value, '') + foot + (random.chance(0.8) ? habits.eol : '');
  }

  value(depth: number): Json {
    const { random } = this;
    if (depth === 0 || random.chance(0.3)) return random.pick(SCALARS);
    if (random.chance(0.5)) return random.some(4, () => this.value(depth - 1));
    const keys = [...new Set(random.some(4, () => random.pick(KEYS)))];
    return Object.fromEntries(keys.map((key) => [key, this.value(depth - 1)]));
  }

  object(depth: number): Json {
    const keys = [...new Set(this.random.some(5, () => this.random.pick(KEYS)))];
    return Object.fromEntries(keys.map((key) => [key, this.value(depth - 1)]));
  }

  private write(value: Json, indent: string): string {
    if (typeof value !== 'object' || value === null) return this.scalar(value);
    const list = Array.isArray(value);
    const entries: (readonly [string, Json])[] = list ? value.map((item: Json) => ['', item]) : Object.entries(value);
    const { random, habits } = this;
    const oneLine = random.chance(habits.oneLine);
    const inner = indent + habits.unit;
    let body = '';
    const own = (): string => (oneLine && !random.chance(0.1) ? random.pick([habits.pad, '', ' ']) : habits.eol + inner);
    if (random.chance(habits.comments / 2)) body += ` ${this.comment(inner)}`;
    for (const [i, [key, item]] of entries.entries()) {
      body += own();
      while (random.chance(habits.comments)) body += this.ownLines(inner);
      if (!list) body += JSON.stringify(key) + this.between(habits.colon, inner);
      body += this.write(item, inner);
      const last = i === entries.length - 1;
      const comma = last ? (habits.trailing && random.chance(0.9)) || random.chance(0.05) : true;
      const commaFirst = comma && !last && random.chance(habits.commaFirst);
      if (random.chance(habits.comments / 3)) body += ` ${this.comment(inner)}`;
      if (comma) body += `${commaFirst ? habits.eol + inner : random.chance(0.05) ? ' ' : ''},`;
      if (random.chance(habits.comments)) body += random.pick([' ', '  ', '']) + this.comment(inner);
      if (random.chance(0.1)) body += habits.eol;
    }
    while (random.chance(habits.comments / 2)) body += habits.eol + inner + this.comment(inner);
    body += oneLine && entries.length > 0 && random.chance(0.9) ? habits.pad : random.chance(0.2) ? '' : habits.eol + indent;
    return (list ? '[' : '{') + body + (list ? ']' : '}');
  }

  private ownLines(indent: string): string {
    const { random, habits } = this;
    const after = random.chance(0.3) ? habits.eol + habits.eol + indent : random.chance(0.8) ? habits.eol + indent : ' ';
    return (after === ' ' ? this.block(indent) : this.comment(indent)) + after;
  }

  private between(colon: string, indent: string): string {
    return this.random.chance(this.habits.comments / 4) ? `${colon}${this.block(indent)} ` : colon;
  }

  /** A line comment brings its line break along, so that what follows is not part of it. */
  private comment(indent: string): string {
    if (this.random.chance(0.4)) return this.block(indent);
    this.comments += 1;
    return `// c${this.comments} ${this.random.pick(['', 'text', '"quoted', '{', '], /* x'])}${this.habits.eol}${indent}`;
  }

  /** What follows one of several lines stands on a line of its own: nobody can tell whose a comment is that ends where another thing begins. */
  private block(indent: string): string {
    this.comments += 1;
    const { eol } = this.habits;
    const words = `/* c${this.comments}${this.random.pick(['', ' text', ' // x', ' "', ' *'])}`;
    return this.random.chance(0.2) ? `${words}${eol}${indent} more */${eol}${indent}` : `${words} */`;
  }

  private scalar(value: Json): string {
    if (value === 1 && this.random.chance(0.5)) return this.random.pick(['1.0', '1e0', '10e-1']);
    if (typeof value === 'string' && value !== '' && this.random.chance(0.1))
      return JSON.stringify(value).replace(/^"(.)/, (_, c: string) =>
        c === '\\' ? `"${c}` : `"\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    return JSON.stringify(value);
  }
}
