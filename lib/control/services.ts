import type { AuditSettlement } from '@/lib/domain/audit-event';
import type { MailServer, OutgoingMessage, SendResult } from '@/lib/domain/notification/outgoing-message';
import type { ToolDefinition } from '@/lib/domain/risk';
import type { TrailReport } from '@/lib/domain/trail/trail-report';
import type { IssuedTokens, OAuthAttempt, OAuthParty, OAuthSecrets, OAuthSettings } from '@/lib/domain/upstream-auth';
import type { IdPrefix } from '@/lib/kernel/ids';
import type { Json, JsonObject } from '@/lib/kernel/json';
import type { ObservedUse } from '@/lib/policy/simulate/observed-use';

/** Where an upstream is; structurally the gateway's UpstreamTarget. */
export interface UpstreamAddress {
  readonly serverId: string;
  readonly slug: string;
  readonly transport: 'http' | 'sse' | 'stdio';
  readonly url: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  readonly bridge?: boolean;
  readonly revision: string;
}

/** In clear, for as long as one attempt to reach the upstream lasts. */
export interface OpenedSecrets {
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export type CatalogueReading =
  | {
      readonly ok: true;
      readonly catalogue: {
        readonly protocolVersion: string;
        readonly serverInfo: JsonObject;
        readonly instructions: string | null;
        /** Every page of tools/list, as announced. */
        readonly tools: readonly ToolDefinition[];
        /** Sentences about what was odd and left out. */
        readonly findings: readonly string[];
      };
    }
  /** What failed and what to do about it, for people; neither holds a secret. */
  | { readonly ok: false; readonly failed: { readonly step: string; readonly detail: string; readonly fix?: string } };

/** One step of a probe as the upstream adapter reports it. */
export interface ReportedStep {
  readonly step: string;
  readonly status: 'ok' | 'failed' | 'skipped';
  readonly ms: number;
  readonly detail: string;
  readonly fix?: string;
}

export type EgressVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: { readonly message: string; readonly fix: string } };

/** A key that signs checkpoints. */
export interface TrailKey {
  readonly id: string;
  /** SHA-256 (hex) of the whole public key. */
  readonly fingerprint: string;
  /** This node can vouch for it. */
  readonly trusted: boolean;
}

/** The audit trail as a whole: its signatures, its copies and whether it holds. */
export interface TrailServices {
  /** Recomputes everything. Rejects when the database fails or `signal` aborts. */
  verify(options: { readonly onProgress?: (rows: number, total: number) => void; readonly signal: AbortSignal }): Promise<TrailReport>;
  /** Everything that an offline verification needs, as lines of JSON with their line feeds; a checkpoint comes first. */
  evidence(by: string): AsyncIterable<string>;
  keys(): Promise<readonly TrailKey[]>;
  /** A new pair of keys, stored by nobody yet; the private half is sealed. */
  newKey(): { readonly id: string; readonly publicKey: string; readonly privateEnvelope: string };
  /** Which of these checkpoints are signed by a key that this node vouches for. */
  signatures(
    checkpoints: readonly { readonly key: string; readonly body: string; readonly signature: string }[],
  ): Promise<readonly boolean[]>;
  /** The copy of the checkpoints on this node. */
  file(): Promise<{ readonly path: string; readonly lastNumber: number | null; readonly problem: string | null }>;
  readonly checkpointSeconds: number;
  /** Where checkpoints are sent; null for nowhere. */
  readonly webhookHost: string | null;
  /** Why the database does not keep the product from changing the trail; null when it does. */
  readonly roleProblem: string | null;
  /**
   * Removes whole months (`YYYY-MM`, oldest first) after verifying the trail, each with a signed tombstone. `problem` says why months are
   * left; `trailFailed` that the trail itself does not hold. Rejects when the database fails or `signal` aborts.
   */
  removeMonths(
    months: readonly { readonly month: string; readonly days: number; readonly by: string }[],
    signal: AbortSignal,
  ): Promise<{ readonly removed: readonly string[]; readonly problem: string | null; readonly trailFailed: boolean }>;
  /** Writes one more outcome of an event into the chain; false when it was not committed in time. */
  settle(settlement: AuditSettlement): Promise<boolean>;
}

/** A live event of this node; the payload is a summary, never arguments. */
export interface LiveEvent {
  readonly id: number;
  readonly name: 'call' | 'approval' | 'access' | 'limit' | 'policy' | 'server' | 'alert';
  readonly data: unknown;
}

export interface LiveEvents {
  publish(name: LiveEvent['name'], data: unknown): void;
  subscribe(listener: (event: LiveEvent) => void): () => void;
  since(lastId: number): { readonly events: readonly LiveEvent[]; readonly gap: boolean };
}

/** The replays of recorded calls, which run aside from verbs and gateway. */
export interface SimulationServices {
  /** A job was queued: this node looks for it; returns at once. */
  wake(): void;
  /** A job was cancelled: this node lets go of it, if it runs here. */
  stop(id: string): void;
  /** What agents were allowed to do on a server. Rejects when it cannot be read. */
  observe(range: {
    readonly serverId: string;
    readonly policyId: string | null;
    readonly fromMs: number;
    readonly toMs: number;
    readonly agentIds: readonly string[] | null;
  }): Promise<ObservedUse>;
}

/** Exports that are written in the background, in a folder of this node. */
export interface ExportServices {
  /** Names the folder among those of other nodes. */
  readonly folder: string;
  /** A job was queued: this node looks for it; returns at once. */
  wake(): void;
  /** The file of a job in pieces; rejects when it is gone. */
  read(job: string): AsyncIterable<string>;
  remove(job: string): Promise<void>;
  /** This node has a folder for scheduled exports. */
  readonly scheduledFolder: boolean;
  /**
   * Puts a file into a folder below that one, under its name only once it is whole and `stillOurs`; rejects otherwise, and when there is
   * no folder. `writer` names this process among those of other nodes.
   */
  writeScheduled(
    file: { readonly folder: string; readonly name: string; readonly writer: string },
    pieces: AsyncIterable<string>,
    stillOurs: () => Promise<boolean>,
  ): Promise<void>;
}

/** Reads of the audit trail that may take long. */
export interface TrailReader {
  /**
   * The rows of one statement, or null when its time was up. Cancelled in the database then, and when `signal` is aborted, which rejects
   * with the signal's reason.
   */
  read<Row>(sql: string, values: readonly unknown[], options: { signal: AbortSignal; timeoutMs: number }): Promise<Row[] | null>;
}

/** Asks authorization servers, under the egress guard. Everything rejects with a sentence for people as its message. */
export interface UpstreamAuthServices {
  /** Finds the authorization server of an MCP server, who we are there, and the address that a person has to open. */
  begin(input: {
    readonly serverUrl: string;
    readonly settings: OAuthSettings;
    readonly neededScopes: string | null;
    readonly state: string;
  }): Promise<{ readonly url: string; readonly attempt: OAuthAttempt }>;
  /** Checks who answers and turns the code into tokens. */
  complete(attempt: OAuthAttempt, answer: URLSearchParams, state: string): Promise<IssuedTokens>;
  /** A first token for the client itself. */
  clientCredentials(serverUrl: string, settings: OAuthSettings): Promise<{ readonly party: OAuthParty; readonly tokens: IssuedTokens }>;
  /** Gives tokens back; false where the authorization server offers no way to. */
  revoke(party: OAuthParty, secrets: OAuthSecrets): Promise<boolean>;
  /** A token of a connection that is good now, renewed if need be. */
  token(connection: { readonly id: string; readonly revision: string }): Promise<string>;
}

/** How messages to people leave the process; both are guarded as connections to upstreams are. */
export interface NotificationServices {
  checkMailServer(server: MailServer): Promise<EgressVerdict>;
  /** One attempt, over in 20 s. Never rejects. */
  send(message: OutgoingMessage): Promise<SendResult>;
}

/** What verbs need from the world besides the database. Hosts implement it; tests replace only the upstream part. */
export interface ControlServices {
  readonly allowStdio: boolean;
  readonly publicUrl: string;
  newId(prefix: IdPrefix): string;
  /** A new grant token in clear; the caller stores only its hash. */
  makeToken(): string;
  /** SHA-256, lower-case hex; the same as the gateway's TokenHasher. */
  hashToken(token: string): string;
  /** 256 random bits as text, for set-up codes. */
  randomText(): string;
  readonly envelope: {
    seal(plain: string, aad: string): string;
    /** Throws when key, text or `aad` do not fit. */
    open(sealed: string, aad: string): string;
    /** Eight characters that tell two secrets apart and reveal neither. */
    fingerprint(plain: string): string;
  };
  readonly passwords: {
    hash(password: string): Promise<string>;
    verify(hash: string, password: string): Promise<boolean>;
  };
  /** The arguments of an audit event in clear; throws when they cannot be opened. */
  openArguments(event: { readonly id: string; readonly envelope: string }): Json;
  /** The values that rules found in the arguments of an audit event, by the place of their step in the trace; throws when they cannot be opened. */
  openTraceValues(event: { readonly id: string; readonly envelope: string }): readonly (readonly [step: number, value: Json])[];
  /**
   * The arguments that an approval is asked for, what else the server would get (null or empty without), the values that rules
   * found, and which arguments are hidden by redaction (the last two are not there in old requests), as JSON texts; throws when
   * they cannot be opened.
   */
  openApprovalArguments(approval: { readonly id: string; readonly envelope: string }): readonly (string | null)[];
  egressCheck(url: string): Promise<EgressVerdict>;
  /** A small document from an address of the configuration, under the egress guard; rejects with a sentence for people. */
  fetchText(url: string): Promise<string>;
  /** Never throws for what the server or the network does. */
  readCatalogue(upstream: UpstreamAddress, secrets: OpenedSecrets): Promise<CatalogueReading>;
  /** Tries every step on connections of its own; resolves when the last step was reported. */
  probe(upstream: UpstreamAddress, secrets: OpenedSecrets, onStep: (step: ReportedStep) => void, signal: AbortSignal): Promise<void>;
  /** Lets go of connections and children of a server. */
  stopServer(serverId: string): Promise<void>;
  /** Resolves when this node's snapshot has every change committed before the call, after 2 s at the latest (false then). */
  waitForVersion(): Promise<boolean>;
  /** Of one server, or of all servers of an agent. */
  gatewayUrl(slug: string | null): string;
  readonly upstreamAuth: UpstreamAuthServices;
  readonly trail: TrailServices;
  readonly history: TrailReader;
  readonly events: LiveEvents;
  readonly simulations: SimulationServices;
  readonly exports: ExportServices;
  readonly notifications: NotificationServices;
}
