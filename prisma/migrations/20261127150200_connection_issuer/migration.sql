-- The authorization server that a connection is for: confirmed by whoever set it, or that of its tokens. Another one that the server
-- names later gets neither client nor person before somebody has confirmed it.
ALTER TABLE "upstream_connections" ADD COLUMN "issuer" text;
UPDATE "upstream_connections" SET "issuer" = "party" ->> 'issuer' WHERE "party" IS NOT NULL;
