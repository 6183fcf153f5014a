import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Suites {
  readonly node: string;
  readonly packages: string;
}
const { findConformance } = (await import('../../../scripts/conformance.mjs' as string)) as { findConformance: () => Suites | null };

/** The installed suites; null where `npm test` could not install them, and said why. */
export const suites = findConformance();

/** One way to run a suite. */
export interface Run {
  readonly name: string;
  readonly package: 'conformance-0.1' | 'conformance-0.2';
  readonly args: readonly string[];
}

/** What a run found, by scenario: each check in the order it was made, as one line of words; then what was seen, sorted. */
export type Findings = Readonly<Record<string, readonly string[]>>;

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** Runs the suite as its users do and reads the checks it wrote down. `server` or `client` comes first in `args`. */
export async function runSuite(run: Pick<Run, 'package'>, args: readonly string[], within = 120_000): Promise<Findings> {
  if (suites === null) throw new Error('the conformance suites are not installed');
  const folder = mkdtempSync(join(tmpdir(), 'cg-conformance-'));
  try {
    const printed = await spawned(suites.node, [join(suites.packages, run.package, 'dist/index.js'), ...args, '-o', folder], within);
    const found = readFindings(folder);
    if (Object.keys(found).length === 0) throw new Error(`the suite checked nothing:\n${printed.slice(-2000)}`);
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many checks passed and failed, as the suite itself counts them. */
export function tallyOf(findings: Findings): { passed: number; failed: number } {
  const all = Object.values(findings).flat();
  return {
    passed: all.filter((line) => line.startsWith('SUCCESS')).length,
    failed: all.filter((line) => line.startsWith('FAILURE')).length,
  };
}

/** Without what was only seen on the wire: whether a client's stream was still opened before it left is a race. */
export function verdictsOf(findings: Findings): Findings {
  return Object.fromEntries(Object.entries(findings).map(([scenario, lines]) => [scenario, lines.filter((line) => !isTrace(line))]));
}

const isTrace = (line: string): boolean => line.startsWith('INFO ');

function readFindings(folder: string): Findings {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('checks.json'));
  return Object.fromEntries(
    entries.sort().map((file) => {
      const scenario = file.replace(/-\d{4}-\d\d-\d\dT.*$/, '');
      const checks = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Check[];
      const lines = checks.map((check) => `${check.status} ${check.id} ${steady(check.errorMessage ?? '')}`.trim());
      // What was seen on the wire is written down as it came; two streams come in either order.
      return [scenario, [...lines.filter((line) => !isTrace(line)), ...lines.filter(isTrace).sort()]];
    }),
  );
}

/**
 * Without what differs between two runs against the same server (times, ports, made-up ids), and without the words for a tool
 * that does not exist, which are the gateway's own so that a hidden tool and none look alike.
 */
function steady(message: string): string {
  return message
    .replace(/\bUnknown tool: (\S+)|\bTool (\S+) not found/g, '<no tool $1$2>')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
    .replace(/127\.0\.0\.1:\d+|localhost:\d+/g, '<host>')
    .replace(/\d+(\.\d+)? ?ms\b/g, '<time>');
}

function spawned(program: string, args: readonly string[], within: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    const printed: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => printed.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), within);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(printed).toString('utf8'));
    });
  });
}
