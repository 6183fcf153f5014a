-- What holds for everybody who looks at this installation. One row.
CREATE TABLE "workspace_settings" (
  "id" integer PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  -- A name of the IANA time zone database. Nothing is reckoned by it in the database.
  "time_zone" text NOT NULL DEFAULT 'UTC',
  "changed_at" timestamptz(3),
  "changed_by" text
);
INSERT INTO "workspace_settings" ("id") VALUES (1);
