import type { CatalogueTool } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';

// Rows of the configuration as the snapshot reads them; times are epoch milliseconds.

export interface ServerRow {
  id: string;
  slug: string;
  status: 'active' | 'disabled';
  transport: 'http' | 'sse' | 'stdio';
  url: string | null;
  command: string | null;
  args: unknown;
  revision: string;
  keep_arguments: boolean;
  bridge: boolean;
}

export interface ConnectionRow {
  server_id: string;
  /** null: the server's own. */
  agent_id: string | null;
  revision: string;
}

export interface ToolRow {
  server_id: string;
  name: string;
  category: CatalogueTool['category'];
  risk: CatalogueTool['risk'];
  status: CatalogueTool['status'];
  digest: string;
  dispatch: CatalogueTool['dispatch'];
  input_schema: JsonObject | null;
  output_schema: JsonObject | null;
}

export interface PolicyRow {
  id: string;
  server_id: string;
  slug: string;
  version_id: string;
  version: number;
  text: string;
}

export interface AgentRow {
  id: string;
  slug: string;
  name: string;
  owner: string;
  environment: string | null;
  labels: JsonObject;
  status: 'active' | 'suspended';
  owner_status: string;
}

export interface GrantRow {
  id: string;
  agent_id: string;
  server_id: string;
  policy_id: string | null;
  scopes: unknown;
  purpose: string | null;
  status: 'active' | 'revoked';
  not_before: number | null;
  expires_at: number | null;
  token_hash: string;
  valid_until: number | null;
}

export interface ElevationRow {
  grant_id: string;
  policy_id: string;
  until_ms: number;
}
