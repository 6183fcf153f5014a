-- Whose MCP tasks are whose, for all nodes: servers that all agents reach with one credential cannot tell them apart.
CREATE TABLE "task_owners" (
  -- SHA-256 of server and task: ids are the server's to choose, of any length.
  "key" text PRIMARY KEY,
  "grant_id" text NOT NULL,
  "noted_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX "task_owners_noted_at_idx" ON "task_owners" ("noted_at");
