/** One environment variable: what `.env.example` documents and what the start checks the names against. */
export interface Variable {
  readonly name: string;
  /** What kind of value, with its unit. */
  readonly unit: string;
  /** The value when it is unset, as it would be written; null when unset means something else, said in `about`. */
  readonly fallback: string | null;
  readonly about: string;
}

/** Every variable Callgate reads. All are optional; an empty value counts as unset. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'PORT',
    unit: 'TCP port, 0 to 65535; 0 takes any free one',
    fallback: '3000',
    about: 'Console, management API and gateway share it.',
  },
  { name: 'HOST', unit: 'address to listen on', fallback: '127.0.0.1', about: '0.0.0.0 or :: to be reached from elsewhere.' },
  { name: 'DATABASE_URL', unit: 'postgresql:// URL', fallback: null, about: 'Unset: an embedded PostgreSQL in DATA_DIR.' },
  { name: 'DATA_DIR', unit: 'folder', fallback: './data', about: 'Embedded database and generated secrets. Back it up.' },
  {
    name: 'PUBLIC_URL',
    unit: 'http:// or https:// origin',
    fallback: null,
    about: 'What browsers and agents use. Unset: http://HOST:PORT.',
  },
  {
    name: 'CALLGATE_SECRET_KEY',
    unit: '32 bytes, base64',
    fallback: null,
    about: 'Encrypts stored secrets. Unset: made once and kept in DATA_DIR/secret.key, mode 0600.',
  },
  {
    name: 'CALLGATE_ADMIN_EMAIL',
    unit: 'e-mail address',
    fallback: null,
    about: 'Creates the first administrator without the set-up page.',
  },
  {
    name: 'CALLGATE_ADMIN_PASSWORD',
    unit: 'at least 8 characters, 15 recommended',
    fallback: null,
    about: 'Goes with CALLGATE_ADMIN_EMAIL.',
  },
  {
    name: 'CALLGATE_ADMIN_KEY',
    unit: 'at least 32 characters',
    fallback: null,
    about: 'A management API key with full rights, for automation.',
  },
  {
    name: 'CALLGATE_ALLOW_PRIVATE_UPSTREAMS',
    unit: 'comma-separated host[:port], or loopback',
    fallback: null,
    about: 'Unset: upstreams at private, loopback and link-local addresses are refused.',
  },
  {
    name: 'CALLGATE_ALLOW_STDIO',
    unit: 'true or false',
    fallback: 'false',
    about: 'Whether stdio upstreams (commands run here) may be registered over the API.',
  },
  {
    name: 'CALLGATE_APPROVAL_HOLD_SECONDS',
    unit: 'seconds, 0 to 3600',
    fallback: '45',
    about: 'How long a call that waits for a person is held. Stay below the time after which your clients give up; most do after 60.',
  },
  {
    name: 'CALLGATE_APPROVAL_HOLD_PROGRESS_SECONDS',
    unit: 'seconds, 0 to 3600',
    fallback: '210',
    about: 'The same for clients that asked for progress, which keeps their clock from running out.',
  },
  {
    name: 'CALLGATE_AUDIT_CHECKPOINT_SECONDS',
    unit: 'seconds, 1 to 3600',
    fallback: '60',
    about: 'How often the state of the audit trail is signed, when there is anything new.',
  },
  {
    name: 'CALLGATE_AUDIT_CHECKPOINT_FILE',
    unit: 'file',
    fallback: null,
    about: 'Where signed checkpoints are also written. Unset: DATA_DIR/audit-checkpoints.ndjson. Best on another disk or machine.',
  },
  {
    name: 'CALLGATE_AUDIT_WEBHOOK_URL',
    unit: 'https:// URL, http:// for listed private hosts',
    fallback: null,
    about: 'Where signed checkpoints are also sent. Unset: nowhere.',
  },
  {
    name: 'CALLGATE_AUDIT_WEBHOOK_SECRET',
    unit: 'at least 24 characters',
    fallback: null,
    about: 'Signs what is sent there, as Standard Webhooks has it.',
  },
  {
    name: 'CALLGATE_EXPORT_DIR',
    unit: 'folder',
    fallback: null,
    about: 'Scheduled exports may be written into folders below it. Unset: they go to webhooks only.',
  },
  { name: 'LOG_LEVEL', unit: 'debug, info, warn, error or silent', fallback: 'info', about: 'The least important messages still written.' },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    unit: 'http:// or https:// URL',
    fallback: null,
    about: 'The OpenTelemetry collector that traces are sent to. Unset: nowhere. The other OTEL_ variables of the standard hold too.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    unit: 'http/protobuf or http/json',
    fallback: 'http/protobuf',
    about: 'How the collector is spoken to.',
  },
  { name: 'OTEL_SDK_DISABLED', unit: 'true or false', fallback: 'false', about: 'true sends nothing, whatever the others say.' },
  { name: 'OTEL_TRACES_EXPORTER', unit: 'otlp or none', fallback: 'otlp', about: 'none sends no traces.' },
  { name: 'OTEL_LOGS_EXPORTER', unit: 'otlp or none', fallback: 'none', about: 'otlp sends audit events as log records, for a SIEM.' },
  {
    name: 'AUTH_OIDC_ISSUER',
    unit: 'https:// URL',
    fallback: null,
    about: 'Single sign-on: the OpenID Connect issuer. Goes with the next two.',
  },
  { name: 'AUTH_OIDC_CLIENT_ID', unit: 'text', fallback: null, about: 'Single sign-on: the client id registered there.' },
  { name: 'AUTH_OIDC_CLIENT_SECRET', unit: 'text', fallback: null, about: 'Single sign-on: the secret of that client.' },
];
