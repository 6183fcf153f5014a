-- ------------------------------------------------------------------ publishing under rules

ALTER TABLE "policies"
  -- Who wrote part of the draft, as [{ "id", "name" }]: none of them can be its second person.
  ADD COLUMN "draft_editors" jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN "second_person" text NOT NULL DEFAULT 'never' CHECK ("second_person" IN ('never', 'loosening', 'always')),
  -- Where the policy is kept when not here, e.g. a repository: people at the console then only read it.
  ADD COLUMN "managed_by" text;

ALTER TABLE "policy_versions"
  ADD COLUMN "approved_by" text,
  ADD COLUMN "publication" text,
  -- What the simulation of exactly this text promised, kept with the version: what happens afterwards is compared with it.
  ADD COLUMN "forecast" jsonb;

CREATE TABLE "publications" (
  "id" text PRIMARY KEY,
  "policy_id" text NOT NULL REFERENCES "policies" ("id") ON DELETE CASCADE,
  "status" text NOT NULL CHECK ("status" IN ('awaiting_review', 'scheduled', 'published', 'failed', 'rejected', 'withdrawn', 'outdated')),
  "text" text NOT NULL,
  "text_sha256" text NOT NULL,
  "draft_sha256" text,
  "base_version" integer,
  "mode" text CHECK ("mode" IN ('enforce', 'observe')),
  "comment" text,
  "restored_from" integer,
  "simulation" text,
  "forecast" jsonb,
  "due_at" timestamptz(3),
  "loosening" boolean NOT NULL,
  "sentences" jsonb NOT NULL DEFAULT '[]',
  "editors" jsonb NOT NULL DEFAULT '[]',
  "requested_kind" text NOT NULL,
  "requested_by_id" text NOT NULL,
  "requested_by" text NOT NULL,
  "requested_at" timestamptz(3) NOT NULL,
  "needs_approval" boolean NOT NULL,
  "approved_by" text,
  "approved_at" timestamptz(3),
  "closed_by" text,
  "closed_at" timestamptz(3),
  "closed_because" text,
  "version" integer
);
CREATE INDEX "publications_policy_id_idx" ON "publications" ("policy_id", "requested_at" DESC);
-- One waits at a time: two would contradict each other.
CREATE UNIQUE INDEX "publications_open_key" ON "publications" ("policy_id") WHERE "status" IN ('awaiting_review', 'scheduled');
CREATE INDEX "publications_due_idx" ON "publications" ("due_at") WHERE "status" = 'scheduled';

-- ------------------------------------------------------------------ gateway nodes

CREATE TABLE "nodes" (
  "id" text PRIMARY KEY,
  "name" text NOT NULL,
  "kind" text NOT NULL CHECK ("kind" IN ('app', 'gateway')),
  "started_at" timestamptz(3) NOT NULL,
  "seen_at" timestamptz(3) NOT NULL,
  "config_version" bigint NOT NULL,
  "config_at" timestamptz(3) NOT NULL,
  -- { "<policy id>": [version, enforced since in epoch milliseconds] }
  "policies" jsonb NOT NULL DEFAULT '{}'
);
