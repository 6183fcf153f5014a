-- Filters of a page under a name, for oneself or for everybody.

CREATE TABLE "saved_views" (
  "id" text PRIMARY KEY,
  "page" text NOT NULL CHECK ("page" IN ('calls', 'changes')),
  "name" text NOT NULL,
  -- The query of the page's address.
  "query" text NOT NULL,
  "shared" boolean NOT NULL DEFAULT false,
  -- A person or a management key.
  "owner_id" text NOT NULL,
  "owner_name" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT now(),
  "updated_at" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX "saved_views_owner_id_page_name_key" ON "saved_views" ("owner_id", "page", "name");

-- What a person opens a page with.
CREATE TABLE "saved_view_defaults" (
  "owner_id" text NOT NULL,
  "page" text NOT NULL,
  "view_id" text NOT NULL REFERENCES "saved_views" ("id") ON DELETE CASCADE,
  PRIMARY KEY ("owner_id", "page")
);
