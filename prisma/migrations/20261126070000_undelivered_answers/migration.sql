-- The answer of a call that used an approval and whose client left before it was written: kept for an identical retry, sealed, for a
-- few minutes. Without an envelope the answer was too large to be kept, which the retry is told.
CREATE TABLE "undelivered_answers" (
  "approval_id" text PRIMARY KEY REFERENCES "approvals" ("id") ON DELETE CASCADE,
  -- The event of the call that ran.
  "event" text NOT NULL,
  "envelope" text,
  "bytes" integer NOT NULL,
  "kept_at" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  "expires_at" timestamptz(3) NOT NULL
);
CREATE INDEX "undelivered_answers_expires_at_idx" ON "undelivered_answers" ("expires_at");
