// Demo server: a data warehouse that answers a few fixed queries.
import { createServer, integer, text, tool } from './mcp-server.mjs';

const TABLES = { orders: ['id', 'customer', 'total', 'placed_at'], customers: ['id', 'name', 'email'], stock: ['sku', 'units', 'site'] };
const reads = { annotations: { readOnlyHint: true } };

const TOOLS = [
  tool('list_tables', 'List the tables.', {}, () => Object.keys(TABLES), reads),
  tool('describe_table', 'Describe the columns of a table.', { table: text() }, ({ table }) => TABLES[table] ?? [], reads),
  tool(
    'run_query',
    'Run a SQL query and return its rows.',
    { sql: text('One SQL statement'), limit: integer('At most this many rows', 1) },
    ({ sql }) => ({ sql, rows: [[1, 'cus_1001', 4_200]], rowCount: 1 }),
    { optional: ['limit'] },
  ),
  tool(
    'explain_query',
    'Explain how a query would run.',
    { sql: text() },
    ({ sql }) => ({ plan: `Seq Scan for ${sql.slice(0, 40)}` }),
    reads,
  ),
  tool('export_table', 'Export a table to object storage.', { table: text(), bucket: text() }, ({ table, bucket }) => ({
    exported: `s3://${bucket}/${table}.parquet`,
  })),
  tool('create_view', 'Create a view.', { name: text(), sql: text() }, ({ name }) => ({ created: name })),
  tool('drop_table', 'Drop a table and its rows.', { table: text() }, ({ table }) => ({ dropped: table }), {
    annotations: { destructiveHint: true },
  }),
  tool('grant_access', 'Give a user a role on a table.', { user: text(), table: text(), role: text() }, ({ user, role }) => ({
    user,
    role,
  })),
];

export const warehouse = createServer({ name: 'Data warehouse', version: '1.7.3', tools: () => TOOLS });
