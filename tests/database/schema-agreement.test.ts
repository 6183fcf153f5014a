import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './setup/test-database';

// Migrations are written by hand and Prisma reads through schema.prisma: the two have to say the same.
interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

interface Model {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly uniques: readonly string[];
}

const TYPES: Record<string, string> = {
  String: 'text',
  Int: 'int4',
  BigInt: 'int8',
  Boolean: 'bool',
  Float: 'float8',
  DateTime: 'timestamptz',
  Json: 'jsonb',
  Bytes: 'bytea',
};

const folder = 'prisma/schema';
const source = readdirSync(folder)
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');
const models = [...source.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map((match) => readModel(match[1] as string, match[2] as string));

function readModel(name: string, body: string): Model {
  const lines = body.split('\n').map((line) => line.replace(/\/\/.*/, '').trim());
  const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
  const columnOf = new Map<string, string>();
  const columns: Column[] = [];
  const uniques: string[] = [];
  let primaryKey: string[] = [];
  for (const line of lines) {
    const field = /^(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line);
    const base = field && TYPES[field[2] as string];
    if (!field || !base) continue;
    const [, fieldName, , list, optional, rest] = field as unknown as [
      string,
      string,
      string,
      string | undefined,
      string | undefined,
      string,
    ];
    const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? fieldName;
    columnOf.set(fieldName, column);
    columns.push({ name: column, type: list ? `_${base}` : base, nullable: Boolean(optional) });
    if (/@id\b/.test(rest)) primaryKey = [column];
    if (/@unique\b/.test(rest)) uniques.push(column);
  }
  const named = (list: string) => list.split(',').map((part) => columnOf.get(part.trim().replace(/\(.*/, '')) ?? `unknown field ${part}`);
  const id = /@@id\(\[([^\]]+)\]/.exec(body)?.[1];
  if (id) primaryKey = named(id);
  for (const unique of body.matchAll(/@@unique\(\[([^\]]+)\]/g)) uniques.push(named(unique[1] as string).join(','));
  return { table, columns, primaryKey, uniques };
}

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.poolConfig);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function keysOf(table: string, primary: boolean): Promise<string[]> {
  const { rows } = await client.query<{ columns: string }>(
    `SELECT (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) AS columns
       FROM pg_index i WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indisprimary = $2 AND i.indpred IS NULL`,
    [table, primary],
  );
  return rows.map((row) => row.columns);
}

async function partitioningColumns(table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs)
      WHERE p.partrelid = $1::regclass`,
    [table],
  );
  return rows.map((row) => row.name);
}

const byName = (a: Column, b: Column) => (a.name < b.name ? -1 : 1);

it('reads the schema at all', () => {
  expect(models.length).toBeGreaterThan(8);
  expect(models.every((model) => model.columns.length > 1 && model.primaryKey.length > 0)).toBe(true);
});

describe.each(models.map((model) => [model.table, model] as const))('%s', (table, model) => {
  it('has the same columns, types and nullability', async () => {
    const { rows } = await client.query<Column>(
      `SELECT column_name AS name, udt_name AS type, is_nullable = 'YES' AS nullable
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
      [table],
    );
    expect([...rows].sort(byName)).toEqual([...model.columns].sort(byName));
  });

  it('has the same primary key, and every unique key of the schema', async () => {
    // PostgreSQL wants the partitioning column in every key; ids are unique without it, and Prisma finds a row by id alone.
    const partitioning = (await partitioningColumns(table)).filter((column) => !model.primaryKey.includes(column));
    expect(await keysOf(table, true)).toEqual([[...partitioning, ...model.primaryKey].join(',')]);
    expect(await keysOf(table, false)).toEqual(expect.arrayContaining([...model.uniques]));
  });
});
