import { z } from 'zod';
import { TRAIL_FAULT_KINDS } from '@/lib/domain/trail/trail-report';
import { defineContract } from '../define-contract';
import { lineSchema, pageOf, pageQueryShape, timeSchema } from '../schema-parts';

const count = z.number().int();

export const trailProblemSchema = z.object({
  table: z
    .string()
    .describe('where: `audit_events`, `audit_outcomes`, `writers`, `admin_changes`, `audit_checkpoints` or `checkpoint_file`'),
  kind: z.enum(TRAIL_FAULT_KINDS),
  writer: z.string().nullable().describe('whose chain; null outside the chains of calls'),
  seq: z.string().describe('the first sequence that is proven not to hold; of a checkpoint its number'),
  since: z.string().describe('where the doubt begins, when a whole stretch of rows was exchanged'),
  id: z.string().nullable().describe('the event or change of that row'),
  message: z.string(),
});

/** What a verification found. */
export const verificationSchema = z.object({
  ok: z.boolean(),
  events: count.describe('rows of calls and outcomes that were recomputed'),
  removed: count.optional().describe('rows that retention removed, as signed; not there in old results'),
  writers: count,
  changes: count.describe('rows of the chain of changes'),
  checkpoints: z.object({
    count,
    last: z.object({ number: count, at: timeSchema, rows: count.describe('rows it covers') }).nullable(),
  }),
  fileLines: count.nullable().describe('lines of the checkpoint file of this node that were compared; null without a file'),
  checkedAt: timeSchema,
  seconds: z.number(),
  firstBad: trailProblemSchema.nullable().describe('the first row that does not hold'),
  problems: z.array(trailProblemSchema).describe('at most 100'),
  problemCount: count,
});
export type Verification = z.output<typeof verificationSchema>;

export const verifyAudit = defineContract({
  name: 'verifyAudit',
  method: 'GET',
  path: '/audit/verify',
  permission: 'read',
  summary: 'Recomputes all hash chains and holds them against the signed checkpoints and their file.',
  answer: verificationSchema,
});

export const watchVerification = defineContract({
  name: 'watchVerification',
  method: 'GET',
  path: '/audit/verify/progress',
  permission: 'read',
  summary: 'The same, telling how far it is; with `Accept: application/x-ndjson` line by line. Closing the connection ends it.',
  stream: 'ndjson',
  answer: z.array(
    z.union([
      z.object({ progress: z.object({ rows: count, total: count }) }),
      z.object({ result: verificationSchema }),
      z.object({ failed: z.string() }),
    ]),
  ),
});

const checkpointSchema = z.object({
  number: count,
  at: timeSchema,
  kind: z.string().describe('`regular`, `shutdown`, `evidence` or `tombstone`'),
  key: z.string(),
  rows: count.describe('rows of calls and outcomes that it covers'),
  heads: count.describe('chains that had grown'),
  changes: count.describe('changes that it covers'),
  hash: z.string(),
  signature: z.string(),
  signatureOk: z.boolean(),
});
export type Checkpoint = z.output<typeof checkpointSchema>;

export const listCheckpoints = defineContract({
  name: 'listCheckpoints',
  method: 'GET',
  path: '/audit/checkpoints',
  permission: 'read',
  summary: 'Signed checkpoints of the trail, newest first.',
  query: z.strictObject({ ...pageQueryShape }),
  answer: pageOf(checkpointSchema),
});

const chainSchema = z.object({
  writer: z.string(),
  node: z.string(),
  startedAt: timeSchema,
  lastSeenAt: timeSchema,
  closedAt: timeSchema.nullable(),
  rows: count.describe('at the last sign of life'),
  hash: z.string(),
});
export type Chain = z.output<typeof chainSchema>;

export const listChains = defineContract({
  name: 'listChains',
  method: 'GET',
  path: '/audit/chains',
  permission: 'read',
  summary: 'The chain of each writing process, newest first.',
  query: z.strictObject({ ...pageQueryShape }),
  answer: pageOf(chainSchema),
});

export const getIntegrity = defineContract({
  name: 'getIntegrity',
  method: 'GET',
  path: '/audit/integrity',
  permission: 'read',
  summary: 'How trust in the trail stands: the last verification, keys, checkpoints and their copies. Recomputes nothing.',
  answer: z.object({
    lastVerification: verificationSchema.extend({ by: z.string() }).nullable(),
    checkpoints: z.object({ count, last: checkpointSchema.nullable(), everySeconds: count }),
    keys: z.array(
      z.object({
        id: z.string(),
        fingerprint: z.string(),
        publicKey: z.string().describe('PEM'),
        createdAt: timeSchema,
        createdBy: z.string(),
        trusted: z.boolean().describe('this node can vouch for it'),
        current: z.boolean(),
      }),
    ),
    file: z.object({ path: z.string(), lastNumber: count.nullable(), problem: z.string().nullable() }).describe('on the node that answers'),
    webhook: z
      .object({ host: z.string(), lastNumber: count, failures: count, detail: z.string().nullable(), triedAt: timeSchema.nullable() })
      .nullable(),
    unknownOutcomes: z.object({ count, oldestAt: timeSchema.nullable() }).describe('calls of which nobody knows whether they ran'),
    roleProblem: z.string().nullable().describe('why the database does not keep the product from changing the trail'),
  }),
});

export const rotateAuditKey = defineContract({
  name: 'rotateAuditKey',
  method: 'POST',
  path: '/audit/keys',
  permission: 'audit.keys',
  summary: 'A new key signs checkpoints from now on; older ones stay known.',
  body: z.strictObject({ reason: lineSchema(300) }),
  answer: z.object({ id: z.string() }),
  status: 201,
});

export const getEvidence = defineContract({
  name: 'getEvidence',
  method: 'GET',
  path: '/audit/evidence',
  permission: 'audit.evidence',
  summary: 'Everything that `npm run verify-audit` needs: rows as they are sealed, changes, checkpoints and public keys.',
  stream: 'download',
  file: { type: 'application/x-ndjson', name: 'callgate-audit-evidence.ndjson' },
  answer: z.string(),
});

/** How a call of unknown outcome really ended, as a person found out. */
export const RECONCILED_OUTCOMES = ['ok', 'tool_error', 'not_sent'] as const;

export const reconcileEvent = defineContract({
  name: 'reconcileEvent',
  method: 'POST',
  path: '/audit/{event}/reconcile',
  permission: 'audit.reconcile',
  summary: 'Adds to the chain how a call of unknown outcome really ended. The rows before stay as they are.',
  body: z.strictObject({
    outcome: z.enum(RECONCILED_OUTCOMES).describe('`ok`: it ran; `tool_error`: it ran and failed; `not_sent`: it was not executed'),
    note: lineSchema(300).describe('how it was found out'),
  }),
  answer: z.object({ event: z.string(), outcome: z.enum(RECONCILED_OUTCOMES), by: z.string(), note: z.string() }),
});
