-- How far a client of a grant came, so that the console can follow a first connection: when it last introduced itself,
-- read the list of tools, and called a tool.
ALTER TABLE "grant_usage"
  ADD COLUMN "introduced_at" timestamptz(3),
  ADD COLUMN "listed_at" timestamptz(3),
  ADD COLUMN "called_at" timestamptz(3);
