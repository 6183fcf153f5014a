import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CallRow } from '@/lib/control/exports/call-record';
import { callTexts } from '@/lib/control/exports/export-audit';
import { writeScheduledFile } from '@/lib/hosts/exports/scheduled-files';

const base = mkdtempSync(join(tmpdir(), 'callgate-pieces-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('a piece of an export with arguments', () => {
  it('is bounded by their bytes, and holds each row once in its order', async () => {
    const text = JSON.stringify({ blob: 'x'.repeat(900_000) });
    const rows = Array.from({ length: 40 }, (_, n) => ({ id: `evt_${n}`, at: new Date(1e12 - n), arguments_size: n % 2 ? 900_000 : null }));
    let most = 0;
    const history = {
      read: async (sql: string, values: readonly unknown[]) => {
        if (!sql.includes('arguments_envelope FROM')) return rows as unknown as CallRow[];
        const ids = values[2] as string[];
        most = Math.max(most, ids.length);
        return ids.map((id) => ({ id, arguments_envelope: 'sealed' }));
      },
    };
    const services = { history, openArguments: () => JSON.parse(text) as unknown };
    const ctx = { signal: new AbortController().signal, now: new Date(), services } as never;
    const filter = { from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' };
    const ids: string[] = [];
    for await (const piece of callTexts(ctx, { format: 'ndjson', columns: ['id', 'arguments'], filter }, null)) {
      expect(piece.text.length).toBeLessThan(6_000_000);
      for (const line of piece.text.split('\n').slice(0, -1)) ids.push((JSON.parse(line) as { id: string }).id);
    }
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(most).toBe(4);
  });
});

describe('a scheduled file that two nodes write', () => {
  const gate = (): { open(): void; passed: Promise<void> } => {
    let open: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { open, passed };
  };

  it('has its name only once one of them has it whole', async () => {
    const [slow, second, began] = [gate(), gate(), gate()];
    async function* lost(): AsyncGenerator<string> {
      yield 'head\r\n';
      began.open();
      await slow.passed;
    }
    const wrote = gate();
    async function* taken(): AsyncGenerator<string> {
      yield 'head\r\n';
      wrote.open();
      await second.passed;
      yield 'row\r\n';
    }
    const file = { folder: 'siem', name: 'calls.csv' };
    const one = writeScheduledFile(base, { ...file, writer: 'host.a 12 node_1' }, lost(), async () => false);
    await began.passed;
    const two = writeScheduledFile(base, { ...file, writer: 'host.b 12 node_2' }, taken(), async () => true);
    await wrote.passed;
    slow.open();
    await expect(one).rejects.toThrow('another node');
    expect(existsSync(join(base, 'siem', 'calls.csv'))).toBe(false);
    second.open();
    await two;
    expect(readFileSync(join(base, 'siem', 'calls.csv'), 'utf8')).toBe('head\r\nrow\r\n');
    expect(readdirSync(join(base, 'siem'))).toEqual(['calls.csv']);
  });
});
