import { resolve } from 'node:path';
import { z } from 'zod';
import { type AllowedUpstreams, parseAllowedUpstreams } from '@/lib/adapters/upstream/allowed-upstreams';
import { EnvError } from './env-error';
import { decodeSecretKey, keptSecretKey } from './secret-key';
import { VARIABLES } from './variables';

/** The checked configuration of this process. */
export interface Env {
  readonly port: number;
  readonly host: string;
  /** Null: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  /** An origin without a trailing slash; null: made from host and port. */
  readonly publicUrl: string | null;
  /** 32 bytes. */
  readonly secretKey: Buffer;
  /** Creates the first administrator; null: the set-up page does. */
  readonly admin: { readonly email: string; readonly password: string } | null;
  readonly adminKey: string | null;
  readonly allowedUpstreams: AllowedUpstreams;
  readonly allowStdio: boolean;
  /** How long a call that waits for a person is held, and how long when the client asked for progress. */
  readonly approvalHoldSeconds: number;
  readonly approvalHoldProgressSeconds: number;
  readonly audit: {
    /** How often a checkpoint is signed, when there is anything new. */
    readonly checkpointSeconds: number;
    /** Absolute. */
    readonly checkpointFile: string;
    readonly webhook: { readonly url: string; readonly secret: string | null } | null;
  };
  /** Absolute: scheduled exports may be written into folders below it; null for nowhere. */
  readonly exportDir: string | null;
  readonly logLevel: LogLevel;
  /** Where traces, and audit events where wanted, are sent; null for nowhere. */
  readonly telemetry: TelemetryEnv | null;
  readonly singleSignOn: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string } | null;
  /** Sentences for the operator about what is allowed but unwise or without effect. */
  readonly notices: readonly string[];
}

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Telemetry that leaves the process. */
export interface TelemetryEnv {
  /** The base address; each signal has its path below it. */
  readonly endpoint: string;
  readonly protocol: (typeof OTLP_PROTOCOLS)[number];
  readonly traces: boolean;
  /** Whether audit events are sent as log records. */
  readonly auditLogs: boolean;
}

const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const ADMIN_KEY_CHARS_MIN = 32;
const PASSWORD_CHARS_MIN = 8;
const PASSWORD_CHARS_RECOMMENDED = 15;
/** Set by our own scripts for other processes of theirs. */
const INTERNAL = new Set(['CALLGATE_SOAK']);

const url = (what: string, protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `must be a URL that starts with ${what}`);

const seconds = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number of seconds from 0 to 3600')
    .transform(Number)
    .refine((value) => value <= 3_600, 'must be a whole number of seconds from 0 to 3600')
    .default(fallback);

const Variables = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a whole number from 0 to 65535')
    .default(3000),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be an address or a host name, without a scheme or port')
    .default('127.0.0.1'),
  DATABASE_URL: url('postgresql://', ['postgresql:', 'postgres:']).optional(),
  DATA_DIR: z.string().default('./data'),
  PUBLIC_URL: url('http:// or https://', ['http:', 'https:'])
    .refine(
      (text) => !URL.canParse(text) || isOrigin(new URL(text)),
      'must be an origin alone, such as https://callgate.example.com: no path, query or credentials',
    )
    .optional(),
  CALLGATE_SECRET_KEY: z
    .string()
    .refine((text) => decodeSecretKey(text) !== null, 'must be 32 bytes in base64. Make one with: openssl rand -base64 32')
    .optional(),
  CALLGATE_ADMIN_EMAIL: z.email('must be an e-mail address').max(254, 'must be at most 254 characters').optional(),
  CALLGATE_ADMIN_PASSWORD: z
    .string()
    .min(PASSWORD_CHARS_MIN, `must have at least ${PASSWORD_CHARS_MIN} characters; ${PASSWORD_CHARS_RECOMMENDED} or more are recommended`)
    .optional(),
  CALLGATE_ADMIN_KEY: z
    .string()
    .min(ADMIN_KEY_CHARS_MIN, `must have at least ${ADMIN_KEY_CHARS_MIN} characters. Make one with: openssl rand -base64 36`)
    // It travels in an Authorization header.
    .regex(/^[\x21-\x7e]+$/, 'must consist of visible ASCII characters without spaces')
    .optional(),
  CALLGATE_ALLOW_PRIVATE_UPSTREAMS: z.string().default(''),
  CALLGATE_ALLOW_STDIO: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true'),
  CALLGATE_APPROVAL_HOLD_SECONDS: seconds(45),
  CALLGATE_APPROVAL_HOLD_PROGRESS_SECONDS: seconds(210),
  CALLGATE_AUDIT_CHECKPOINT_SECONDS: seconds(60).refine((value) => value > 0, 'must be at least 1 second'),
  CALLGATE_AUDIT_CHECKPOINT_FILE: z.string().optional(),
  CALLGATE_AUDIT_WEBHOOK_URL: url('https:// or http://', ['https:', 'http:']).optional(),
  CALLGATE_AUDIT_WEBHOOK_SECRET: z
    .string()
    .min(24, 'must have at least 24 characters. Make one with: openssl rand -base64 32')
    .regex(/^[\x21-\x7e]+$/, 'must consist of visible ASCII characters without spaces')
    .optional(),
  CALLGATE_EXPORT_DIR: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http:// or https://', ['http:', 'https:']).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(OTLP_PROTOCOLS, `must be one of ${OTLP_PROTOCOLS.join(', ')}; gRPC is not spoken`)
    .default('http/protobuf'),
  OTEL_SDK_DISABLED: z.enum(['true', 'false'], 'must be true or false').default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'must be otlp or none').default('otlp'),
  OTEL_LOGS_EXPORTER: z.enum(['otlp', 'none'], 'must be otlp or none').default('none'),
  AUTH_OIDC_ISSUER: url('https://', ['https:']).optional(),
  AUTH_OIDC_CLIENT_ID: z.string().optional(),
  AUTH_OIDC_CLIENT_SECRET: z.string().optional(),
});

/**
 * Reads and checks the environment. `DATA_DIR` is made and the secret key is created in it when CALLGATE_SECRET_KEY is unset, but only when everything
 * else is in order. Values of secrets are never part of a message. Throws EnvError with every problem.
 */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(VARIABLES.map(({ name }) => [name, source[name]?.trim() || undefined]));
  const parsed = Variables.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}.`);
  const upstreams = parseAllowedUpstreams(given.CALLGATE_ALLOW_PRIVATE_UPSTREAMS ?? '');
  if (!upstreams.ok) problems.push(...upstreams.error.map((problem) => `CALLGATE_ALLOW_PRIVATE_UPSTREAMS: ${problem}`));
  problems.push(...incompleteGroups(given));
  if (problems.length > 0 || !parsed.success || !upstreams.ok) throw new EnvError(problems);
  return toEnv(parsed.data, upstreams.value, noticesFor(source, parsed.data));
}

function toEnv(values: z.output<typeof Variables>, allowedUpstreams: AllowedUpstreams, notices: readonly string[]): Env {
  const dataDir = resolve(values.DATA_DIR);
  return {
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir,
    publicUrl: values.PUBLIC_URL ? new URL(values.PUBLIC_URL).origin : null,
    secretKey: secretKeyOf(values.CALLGATE_SECRET_KEY, dataDir),
    admin:
      values.CALLGATE_ADMIN_EMAIL && values.CALLGATE_ADMIN_PASSWORD
        ? { email: values.CALLGATE_ADMIN_EMAIL, password: values.CALLGATE_ADMIN_PASSWORD }
        : null,
    adminKey: values.CALLGATE_ADMIN_KEY ?? null,
    allowedUpstreams,
    allowStdio: values.CALLGATE_ALLOW_STDIO,
    approvalHoldSeconds: values.CALLGATE_APPROVAL_HOLD_SECONDS,
    approvalHoldProgressSeconds: values.CALLGATE_APPROVAL_HOLD_PROGRESS_SECONDS,
    audit: {
      checkpointSeconds: values.CALLGATE_AUDIT_CHECKPOINT_SECONDS,
      checkpointFile: values.CALLGATE_AUDIT_CHECKPOINT_FILE
        ? resolve(values.CALLGATE_AUDIT_CHECKPOINT_FILE)
        : resolve(dataDir, 'audit-checkpoints.ndjson'),
      webhook: values.CALLGATE_AUDIT_WEBHOOK_URL
        ? { url: values.CALLGATE_AUDIT_WEBHOOK_URL, secret: values.CALLGATE_AUDIT_WEBHOOK_SECRET ?? null }
        : null,
    },
    exportDir: values.CALLGATE_EXPORT_DIR ? resolve(values.CALLGATE_EXPORT_DIR) : null,
    logLevel: values.LOG_LEVEL,
    telemetry: telemetryOf(values),
    singleSignOn:
      values.AUTH_OIDC_ISSUER && values.AUTH_OIDC_CLIENT_ID && values.AUTH_OIDC_CLIENT_SECRET
        ? { issuer: values.AUTH_OIDC_ISSUER, clientId: values.AUTH_OIDC_CLIENT_ID, clientSecret: values.AUTH_OIDC_CLIENT_SECRET }
        : null,
    notices,
  };
}

function telemetryOf(values: z.output<typeof Variables>): TelemetryEnv | null {
  const endpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const [traces, auditLogs] = [values.OTEL_TRACES_EXPORTER === 'otlp', values.OTEL_LOGS_EXPORTER === 'otlp'];
  if (endpoint === undefined || values.OTEL_SDK_DISABLED === 'true' || !(traces || auditLogs)) return null;
  return { endpoint, protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL, traces, auditLogs };
}

function secretKeyOf(text: string | undefined, dataDir: string): Buffer {
  const given = text ? decodeSecretKey(text) : null;
  if (given) return given;
  const kept = keptSecretKey(dataDir);
  if (!kept.ok) throw new EnvError([kept.error]);
  return kept.value;
}

function isOrigin(parsed: URL): boolean {
  return parsed.pathname === '/' && parsed.search === '' && parsed.hash === '' && parsed.username === '' && parsed.password === '';
}

const GROUPS: readonly (readonly string[])[] = [
  ['CALLGATE_ADMIN_EMAIL', 'CALLGATE_ADMIN_PASSWORD'],
  ['AUTH_OIDC_ISSUER', 'AUTH_OIDC_CLIENT_ID', 'AUTH_OIDC_CLIENT_SECRET'],
];

function incompleteGroups(given: Readonly<Record<string, string | undefined>>): string[] {
  return GROUPS.flatMap((names) => {
    const missing = names.filter((name) => given[name] === undefined);
    if (missing.length === 0 || missing.length === names.length) return [];
    return [`${missing.join(' and ')} must be set too: ${names.join(', ')} go together.`];
  });
}

function noticesFor(source: Readonly<Record<string, string | undefined>>, values: z.output<typeof Variables>): string[] {
  const known = new Set(VARIABLES.map(({ name }) => name));
  const unknown = Object.keys(source).filter((name) => name.startsWith('CALLGATE_') && !known.has(name) && !INTERNAL.has(name));
  const notices = unknown.map((name) => `${name} is not a variable of Callgate and has no effect; .env.example lists them.`);
  const password = values.CALLGATE_ADMIN_PASSWORD;
  if (password && password.length < PASSWORD_CHARS_RECOMMENDED) {
    notices.push(`CALLGATE_ADMIN_PASSWORD is short; ${PASSWORD_CHARS_RECOMMENDED} characters or more are recommended.`);
  }
  return notices;
}
