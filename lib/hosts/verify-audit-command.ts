import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pemBlocks } from '@/lib/adapters/postgres/trust/audit-trust';
import { fileLines } from '@/lib/adapters/postgres/trust/checkpoint-file';
import { keyIdOf } from '@/lib/adapters/postgres/trust/signing-key';
import { EvidenceUnreadable, verifyEvidence } from '@/lib/adapters/postgres/trust/verify-evidence';
import type { TrailFault, TrailReport } from '@/lib/domain/trail/trail-report';

const USAGE = `usage: npm run verify-audit -- EXPORT [--checkpoints FILE] [--public-key FILE]

EXPORT         what GET /api/v1/audit/evidence gave
--checkpoints  a copy of the file of checkpoints (audit-checkpoints.ndjson) that was kept elsewhere
--public-key   a PEM file with the public keys that you trust; without it those inside EXPORT are taken at their word

exit code: 0 the trail holds, 1 it was tampered with or is not whole, 2 it could not be read`;

const OK = 0;
const TAMPERED = 1;
const UNUSABLE = 2;

interface Surroundings {
  /** Relative names are below it. */
  readonly folder: string;
  print(text: string): void;
  warn(text: string): void;
}

/** The command as a function; gives its exit code. */
export async function verifyAuditCommand(args: readonly string[], { folder, print, warn }: Surroundings): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    print(USAGE);
    return OK;
  }
  try {
    const { file, checkpoints, publicKey } = readArguments(args, folder);
    const publicKeys = publicKey === null ? null : readPublicKeys(publicKey);
    const report = await verifyEvidence(linesOf(file), {
      checkpoints: checkpoints === null ? null : { fault: null, lines: fileLines(checkpoints, statSync(checkpoints).size) },
      publicKeys,
    });
    for (const line of wordsOf(report)) print(line);
    if (publicKeys === null)
      warn('The public keys come from the export itself. Give those you trust with --public-key to know who signed it.');
    if (checkpoints === null) warn('Without --checkpoints, only what the export itself holds was compared.');
    return report.ok ? OK : TAMPERED;
  } catch (error) {
    if (!(error instanceof EvidenceUnreadable)) throw error;
    warn(`verify-audit: ${error.message}`);
    return UNUSABLE;
  }
}

function readArguments(args: readonly string[], folder: string): { file: string; checkpoints: string | null; publicKey: string | null } {
  const options: Record<string, string | null> = { '--checkpoints': null, '--public-key': null };
  const files: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [name = '', inline] = arg.split('=', 2);
    if (name in options) options[name] = existing(inline ?? args[++i] ?? '', folder);
    else if (arg.startsWith('-')) throw new EvidenceUnreadable(`The option ${arg} is not known.\n${USAGE}`);
    else files.push(arg);
  }
  if (files.length !== 1) throw new EvidenceUnreadable(`Give one export to verify.\n${USAGE}`);
  return {
    file: existing(files[0] as string, folder),
    checkpoints: options['--checkpoints'] ?? null,
    publicKey: options['--public-key'] ?? null,
  };
}

function existing(name: string, folder: string): string {
  const path = resolve(folder, name);
  if (name === '' || !existsSync(path) || !statSync(path).isFile())
    throw new EvidenceUnreadable(`There is no file ${name === '' ? '(no name given)' : path}.`);
  return path;
}

function readPublicKeys(path: string): string[] {
  const pems = pemBlocks(readFileSync(path, 'utf8'));
  try {
    if (pems.length > 0) {
      for (const pem of pems) keyIdOf(pem);
      return pems;
    }
  } catch {
    // Falls through to the one refusal.
  }
  throw new EvidenceUnreadable(`${path} holds no public key in PEM form.`);
}

/** Exactly the lines between line feeds: what follows the last one is a line that was cut. */
async function* linesOf(path: string): AsyncGenerator<string> {
  if (statSync(path).size === 0) return;
  yield* createInterface({ input: createReadStream(path, { encoding: 'utf8' }), crlfDelay: Number.POSITIVE_INFINITY });
}

function wordsOf(report: TrailReport): string[] {
  const { checkpoints, fileLines: lines } = report;
  const signed = checkpoints.last
    ? `up to number ${checkpoints.last.number} of ${checkpoints.last.at}, which covers ${checkpoints.last.rows} rows`
    : 'none';
  const seen = [
    `${report.rows} rows of ${report.writers} writers, ${report.changes} changes`,
    ...(report.removedRows > 0 ? [`${report.removedRows} more rows were removed by retention, as signed`] : []),
    `checkpoints: ${checkpoints.count} (${signed})`,
    ...(lines === null ? [] : [`compared with ${lines} lines of the checkpoint file`]),
  ];
  if (report.ok) return ['The audit trail holds.', ...seen];
  return [
    `THE AUDIT TRAIL DOES NOT HOLD: ${report.faultCount} ${report.faultCount === 1 ? 'problem' : 'problems'}.`,
    ...(report.firstBad ? [`First bad row: ${placeOf(report.firstBad)}`] : []),
    ...seen,
    '',
    ...report.faults.map((fault) => `- ${placeOf(fault)}`),
    ...(report.faultCount > report.faults.length ? [`and ${report.faultCount - report.faults.length} more`] : []),
  ];
}

function placeOf({ table, writer, seq, since, id, kind, message }: TrailFault): string {
  const where = writer === null ? table : `${table}, writer ${writer}`;
  const at =
    table === 'audit_checkpoints' || table === 'checkpoint_file'
      ? `checkpoint ${seq}`
      : table === 'evidence_file'
        ? `line ${seq}`
        : `row ${seq}`;
  const range = since < seq ? ` (in doubt from ${since})` : '';
  return printable(`${where}, ${at}${range}${id === null ? '' : `, ${id}`} [${kind}]: ${message}`);
}

/** Ids come from a file that somebody may have written to steer a terminal. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
