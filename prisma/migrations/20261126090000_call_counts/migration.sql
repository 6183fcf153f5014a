-- Numbers of calls, kept up from the audit trail in the background: what charts, facets and lists of calls are guided by. The gateway
-- does not write here, and nothing here is evidence: every number can be made again from the trail.
--
-- A profile is one combination of everything that calls are counted by. `outcome` is the latest word on how the call ended, and `none`
-- while there is none. The counts hang on profiles by five minutes, by hour and by day (UTC): the same calls, counted three times, so
-- that long ranges read few rows. How far the counts have come says `call_count_cursors`, by writer; what a writer wrote after that is
-- added by whoever reads (lib/control/call-counts).

CREATE TABLE "call_profiles" (
  "id" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- MD5 over all columns below.
  "key" text NOT NULL,
  "method" text NOT NULL,
  "decision" text NOT NULL,
  "reason" text NOT NULL,
  "rule" text NOT NULL,
  "server_id" text,
  "server_slug" text,
  "agent_id" text,
  "agent_slug" text,
  "grant_id" text,
  "policy_id" text,
  "policy_slug" text,
  "tool" text,
  "inner_tool" text,
  "category" text,
  "risk" text,
  "outcome" text NOT NULL
);
CREATE UNIQUE INDEX "call_profiles_key_key" ON "call_profiles" ("key");

-- A count goes down to 0 when the outcome of its calls became known; such rows mean nothing.
CREATE TABLE "call_counts_5m" (
  "bucket" timestamptz(3) NOT NULL,
  "profile" integer NOT NULL,
  "calls" integer NOT NULL,
  PRIMARY KEY ("bucket", "profile")
) WITH (fillfactor = 90);

CREATE TABLE "call_counts_hour" (
  "bucket" timestamptz(3) NOT NULL,
  "profile" integer NOT NULL,
  "calls" integer NOT NULL,
  PRIMARY KEY ("bucket", "profile")
) WITH (fillfactor = 90);

CREATE TABLE "call_counts_day" (
  "bucket" timestamptz(3) NOT NULL,
  "profile" integer NOT NULL,
  "calls" integer NOT NULL,
  PRIMARY KEY ("bucket", "profile")
) WITH (fillfactor = 90);
-- One tool of one agent in years of calls.
CREATE INDEX "call_counts_day_profile_bucket_idx" ON "call_counts_day" ("profile", "bucket");

-- Times of settled calls by hour, server and class: class n holds from 2^(n/4) up to 2^((n+1)/4) milliseconds, so that a percentile read
-- from here is right to a tenth. `side` is `upstream` or `gateway`.
CREATE TABLE "call_latencies" (
  "bucket" timestamptz(3) NOT NULL,
  "server_id" text NOT NULL,
  "side" text NOT NULL,
  "class" integer NOT NULL,
  "calls" integer NOT NULL,
  PRIMARY KEY ("bucket", "server_id", "side", "class")
) WITH (fillfactor = 90);

CREATE TABLE "call_count_cursors" (
  "writer" text PRIMARY KEY,
  -- Every row of this writer up to here is counted.
  "seq" bigint NOT NULL,
  -- Nothing will follow from this writer.
  "done" boolean NOT NULL DEFAULT false
);
