import type { ConnectionState, OAuthParty } from '@/lib/domain/upstream-auth';

/** A connection as the renewal of tokens sees it. `party` is null only while it was never connected. */
export interface ConnectionRow {
  readonly id: string;
  readonly kind: 'oauth' | 'client_credentials';
  readonly status: ConnectionState;
  readonly revision: string;
  readonly party: OAuthParty;
  readonly envelope: string | null;
  readonly asked_scopes: string | null;
  readonly token_version: number;
  /** Milliseconds that the access token is good for, by the database's clock; null without an end. */
  readonly left_ms: number | null;
  /** Milliseconds that it was good for when it was given. */
  readonly life_ms: number | null;
  /** Where the server is. */
  readonly url: string | null;
}

const COLUMNS = `c.id, c.kind, c.status, c.revision, c.party, c.envelope, c.asked_scopes, c.token_version,
  (extract(epoch FROM c.access_expires_at - clock_timestamp()) * 1000)::float8 AS left_ms,
  (extract(epoch FROM c.access_expires_at - c.refreshed_at) * 1000)::float8 AS life_ms, s.url`;

export const READ = `SELECT ${COLUMNS} FROM upstream_connections c JOIN servers s ON s.id = c.server_id WHERE c.id = $1`;

/** Whoever gets the row renews; a lease outlives the longest request by far and a node that died not for long. */
export const TAKE_LEASE = `UPDATE upstream_connections c SET lease_until = clock_timestamp() + interval '20 seconds' FROM servers s
  WHERE s.id = c.server_id AND c.id = $1 AND c.revision = $2 AND c.token_version = $3 AND c.status = 'connected' AND c.party IS NOT NULL
    AND (c.lease_until IS NULL OR c.lease_until < clock_timestamp())
  RETURNING ${COLUMNS}`;

export const KEEP_TOKENS = `UPDATE upstream_connections c
  SET envelope = $4, token_version = c.token_version + 1, lease_until = NULL, last_error = NULL, refreshed_at = clock_timestamp(),
    access_expires_at = clock_timestamp() + make_interval(secs => $5::float8), scopes = coalesce($6, c.scopes)
  FROM servers s WHERE s.id = c.server_id AND c.id = $1 AND c.revision = $2 AND c.token_version = $3
  RETURNING ${COLUMNS}`;

/** Nothing came of it: the lease is given back, and when it is final a person has to connect again. */
export const GIVE_BACK = `UPDATE upstream_connections
  SET lease_until = NULL, last_error = $4, status = CASE WHEN $5 THEN 'needs_reconnect' ELSE status END
  WHERE id = $1 AND revision = $2 AND token_version = $3`;

export const NOTE_SCOPES = `UPDATE upstream_connections SET needed_scopes = $3
  WHERE id = $1 AND revision = $2 AND needed_scopes IS DISTINCT FROM $3`;
