import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToolDefinition } from '@/lib/domain/risk';
import { classify } from '@/lib/risk/classify';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const labels = join(data, 'tool_risk.dev.jsonl');
const available = existsSync(labels) && existsSync(join(data, 'score-tool-risk.mjs'));

interface Row {
  readonly id: string;
  readonly server: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: ToolDefinition['inputSchema'];
  readonly upstream?: { readonly description?: string };
}

/** Figure by "block: line"; every figure is turned so that more is better. */
type Figures = ReadonlyMap<string, number>;
const LOWER_IS_BETTER = /DANGEROUS|under-stated|called Read/;
const LINES: readonly (readonly [string, RegExp])[] = [
  ['accuracy', /^accuracy ([\d.]+)%/m],
  ['macro over servers', /^accuracy .*macro over servers ([\d.]+)%/m],
  ['macro-F1', /macro-F1 ([\d.]+)/],
  ['DANGEROUS: non-Read called Read', /^DANGEROUS: labelled non-Read.*?([\d.]+)%/m],
  ['risk exact', /risk level: exact ([\d.]+)%/],
  ['risk under-stated', /under-stated ([\d.]+)%/],
  ['readOnly true is Read', /^readOnlyHint:true {2}→ Read +([\d.]+)%/m],
  ['readOnly true is Read, by server', /^readOnlyHint:true .*macro\/server ([\d.]+)%/m],
  ['readOnly false is non-Read', /^readOnlyHint:false → non-Read +([\d.]+)%/m],
  ['readOnly false is non-Read, by server', /^readOnlyHint:false .*macro\/server ([\d.]+)%/m],
  ['DANGEROUS: mutating called Read', /^DANGEROUS: mutating tool called Read +([\d.]+)%/m],
  ['destructive is Destr/Exec/Fin or high', /^destructiveHint:true → .*?high ([\d.]+)%/m],
  ['destructive called Read', /^destructiveHint:true → .*called Read ([\d.]+)%/m],
  ['destructive, varying authors', /only servers whose author varies the hint +([\d.]+)%/],
  ['not over-called Destructive', /not over-called Destructive ([\d.]+)%/],
  ['generated write is non-Read', /^no readOnlyHint.*?→ non-Read ([\d.]+)%/m],
  ['balanced accuracy', /^balanced accuracy read \/ non-read +([\d.]+)%/m],
];

describe.skipIf(!available)('risk classes against public labels (../shared/data)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'risk-score-'));
  const scores = new Map<string, Figures>();
  let elapsedMs = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(() => {
    const rows = readFileSync(labels, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
    const startMs = performance.now();
    const predictions = rows.map(predict);
    elapsedMs = performance.now() - startMs;
    scores.set('ours', score(predictions.join('\n')));
    for (const mode of ['first', 'any']) {
      scores.set(
        mode,
        score(execFileSync(process.execPath, [join(data, 'baseline-tool-risk.mjs'), labels, '--mode', mode], { encoding: 'utf8' })),
      );
    }
    console.log(report(scores, rows.length, elapsedMs));
  }, 60_000);

  it('is at least as good as the keyword baseline on every line of the scorer', () => {
    const ours = scores.get('ours') as Figures;
    const any = scores.get('any') as Figures;
    expect(ours.size).toBeGreaterThan(40);
    const worse = [...any].filter(([line, figure]) => ours.get(line) === undefined || (ours.get(line) as number) < figure - 1e-9);
    expect(worse).toEqual([]);
  });

  it('is strictly better on the headline lines, and than the first-word baseline where that is not constant Read', () => {
    const [ours, any, first] = ['ours', 'any', 'first'].map((name) => scores.get(name) as Figures) as [Figures, Figures, Figures];
    const headline = [...any.keys()].filter((line) =>
      /headline.*: (accuracy|macro-F1|DANGEROUS|risk)|annotations, all: (readOnly|DANGEROUS|balanced|destructive is)/.test(line),
    );
    expect(headline.length).toBeGreaterThan(8);
    for (const line of headline) expect(ours.get(line), `${line} against any`).toBeGreaterThan(any.get(line) as number);
    // The first-word baseline calls whatever it does not know Read: only that line is out of reach of a cautious judge.
    const reachable = [...first.keys()].filter((line) => !/readOnly true is Read/.test(line));
    for (const line of reachable) expect(ours.get(line), `${line} against first`).toBeGreaterThanOrEqual(first.get(line) as number);
  });

  it('keeps the goals it was built for', () => {
    const ours = scores.get('ours') as Figures;
    const figure = (block: string, line: string) =>
      ours.get([...ours.keys()].find((key) => key.startsWith(block) && key.endsWith(`: ${line}`)) ?? '') as number;
    expect(figure('Author annotations, all', 'DANGEROUS: mutating called Read')).toBeGreaterThanOrEqual(-2.5);
    expect(figure('Author annotations, all', 'readOnly true is Read')).toBeGreaterThanOrEqual(93);
    expect(figure('Author annotations, all', 'balanced accuracy')).toBeGreaterThanOrEqual(95);
    expect(figure('PolicyLayer, headline', 'accuracy')).toBeGreaterThanOrEqual(92);
    expect(figure('PolicyLayer, headline', 'macro-F1')).toBeGreaterThanOrEqual(0.85);
    expect(figure('PolicyLayer, judged', 'accuracy')).toBeGreaterThanOrEqual(87);
  });

  /** Only what a server announces goes in; hints are labels here and are kept away. */
  function predict({ id, server, name, title, description, inputSchema, upstream }: Row): string {
    const { category, risk } = classify({ server, tool: { name, title, description: upstream?.description ?? description, inputSchema } });
    return JSON.stringify({ id, server, name, category, risk });
  }

  function score(predictions: string): Figures {
    const file = join(folder, 'predictions.jsonl');
    writeFileSync(file, predictions);
    const run = (...options: string[]) =>
      execFileSync(process.execPath, [join(data, 'score-tool-risk.mjs'), file, labels, '--boot', '0', ...options], { encoding: 'utf8' });
    const figures = new Map<string, number>();
    for (const block of run().split('\n== ').slice(1)) {
      const title = block.slice(0, block.indexOf(': n='));
      for (const [line, pattern] of LINES) {
        const match = pattern.exec(block);
        if (match !== null) figures.set(`${title}: ${line}`, LOWER_IS_BETTER.test(line) ? -Number(match[1]) : Number(match[1]));
      }
    }
    // The text says it in full, the JSON says it exactly: both must tell the same story.
    const exact = JSON.parse(run('--json')) as Record<string, { accuracy?: number; balanced?: number }>;
    for (const [title, { accuracy, balanced }] of Object.entries(exact)) {
      const [value, line] = accuracy === undefined ? [balanced, 'balanced accuracy'] : [accuracy, 'accuracy'];
      expect(figures.get(`${title}: ${line}`)).toBeCloseTo(100 * (value as number), 0);
    }
    return figures;
  }
});

function report(scores: ReadonlyMap<string, Figures>, tools: number, elapsedMs: number): string {
  const show = (name: string, line: string) =>
    Math.abs(scores.get(name)?.get(line) ?? Number.NaN)
      .toString()
      .padStart(7);
  const lines = [...(scores.get('any') ?? new Map()).keys()].map(
    (line) => `${show('ours', line)}${show('first', line)}${show('any', line)}  ${line}`,
  );
  return [`${tools} definitions classified in ${elapsedMs.toFixed(0)} ms`, '   ours  first    any', ...lines].join('\n');
}
