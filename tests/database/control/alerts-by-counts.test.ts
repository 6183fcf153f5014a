import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchRound } from '@/lib/control/alerts/watch-round';
import { createWorld, type World } from './control-world';

const DAY = 86_400_000;
const MINUTE = 60_000;
const TODAY = Date.UTC(2026, 10, 24);
let world: World;

beforeAll(async () => {
  world = await createWorld();
  for (let day = 1; day <= 20; day++) await count({ tool: 'usual', risk: 'medium' }, TODAY - day * DAY + DAY / 2, 50);
});
afterAll(() => world.end());

interface Kind {
  readonly tool: string;
  readonly risk: string;
  readonly decision?: string;
  readonly innerTool?: string;
}

/** So many calls as the counting would leave them. */
async function count({ tool, risk, decision = 'allowed', innerTool }: Kind, atMs: number, calls: number): Promise<void> {
  const key = [tool, risk, decision, innerTool].join(' ');
  const names = { method: 'tools/call', decision, reason: decision, rule: '', outcome: 'ok', agentId: 'agt_z', agentSlug: 'z' };
  const what = { serverId: 'srv_x', serverSlug: 'x', tool, innerTool: innerTool ?? null, category: 'destructive', risk };
  const { id: profile } = await world.prisma.callProfile.upsert({ where: { key }, create: { key, ...names, ...what }, update: {} });
  const bucket = (ms: number) => new Date(Math.floor(atMs / ms) * ms);
  await world.prisma.callCount5m.create({ data: { bucket: bucket(300_000), profile, calls } });
  await world.prisma.callCountHour.create({ data: { bucket: bucket(3_600_000), profile, calls } });
  await world.prisma.callCountDay.create({ data: { bucket: bucket(DAY), profile, calls } });
}

const look = (ms: number) => watchRound({ ...world.context(), now: new Date(ms) }, true);
const found = async (kind: string) =>
  (await world.prisma.alert.findMany({ where: { agentId: 'agt_z', kind }, orderBy: { id: 'asc' } })).map(({ tool }) => tool);

it('judges a tool by its highest risk, and takes no refused attempt for a use', async () => {
  const noon = TODAY + DAY / 2;
  await count({ tool: 'run', risk: 'critical', innerTool: 'wipe_all' }, noon, 5);
  await count({ tool: 'run', risk: 'low', innerTool: 'say' }, noon, 1);
  await count({ tool: 'wipe', risk: 'critical', decision: 'denied' }, noon - DAY, 1);
  await count({ tool: 'wipe', risk: 'critical' }, noon, 5);
  await look(noon + MINUTE);
  expect((await found('first_use')).sort()).toEqual(['run', 'wipe']);
});

it('finds what happens in the last moments of a day and an hour', async () => {
  const midnight = TODAY + DAY;
  await look(midnight - 40_000);
  await count({ tool: 'shred', risk: 'critical' }, midnight - 30_000, 5_000);
  await look(midnight + 20_000);
  expect(await found('first_use')).toContain('shred');
  expect(await found('out_of_hours')).toEqual([null]);
  // Told of once, also by the looks that follow.
  for (let minute = 1; minute < 8; minute++) await look(midnight + minute * MINUTE);
  expect((await found('first_use')).filter((tool) => tool === 'shred')).toHaveLength(1);
});

it('tells apart what a dispatcher runs', async () => {
  const noon = TODAY + 3 * DAY + DAY / 2;
  await count({ tool: 'run', risk: 'critical', innerTool: 'wipe_all' }, noon, 5);
  await look(noon + MINUTE);
  expect(await found('first_use')).toHaveLength(3);
  await count({ tool: 'run', risk: 'low', innerTool: 'whisper' }, noon + 5 * MINUTE, 5);
  await look(noon + 6 * MINUTE);
  expect(await found('first_use')).toHaveLength(3);
  await count({ tool: 'run', risk: 'critical', innerTool: 'format_disk' }, noon + 10 * MINUTE, 5);
  await look(noon + 11 * MINUTE);
  const [last] = await world.prisma.alert.findMany({ where: { kind: 'first_use' }, orderBy: { openedAt: 'desc' } });
  expect(last?.explanation).toContain('z runs format_disk, whisper through x/run for the first time');
});
