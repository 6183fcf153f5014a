import type pg from 'pg';

/** Months before this one get partitions of their own, as they had when the calls were made. */
export async function makePastPartitions(client: pg.ClientBase, fromMs: number): Promise<void> {
  const now = new Date();
  const first = new Date(fromMs);
  const iso = (month: Date): string => `${month.toISOString().slice(0, 10)} 00:00:00+00`;
  for (
    let month = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1));
    month < new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
    month = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1))
  ) {
    const next = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
    for (const parent of ['audit_events', 'audit_outcomes']) {
      const name = `${parent}_${month.toISOString().slice(0, 7).replace('-', '')}`;
      const there = await client.query('SELECT to_regclass($1) AS found', [name]);
      if (there.rows[0]?.found) continue;
      await client.query(`CREATE TABLE ${name} PARTITION OF ${parent} FOR VALUES FROM ('${iso(month)}') TO ('${iso(next)}')`);
      await client.query(
        `CREATE TRIGGER ${name}_no_truncate BEFORE TRUNCATE ON ${name} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
      );
    }
  }
}
