import { sha256Hex } from '@/lib/kernel/digest';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf, BodyOf } from '../define-contract';
import { locateAgent, locatePolicy, locateServer } from '../locate';
import { compileText } from '../policies/compile-text';
import { catalogueOf } from '../tools/catalogue';
import type { createSimulation as contract } from './contract';
import { simulationAnswer } from './simulation-answer';

const DAY_MS = 86_400_000;
const RANGE_DAYS_MAX = 366;
/** Jobs that wait or run at once; each is minutes of a processor at most, and people wait for them. */
const OPEN_MAX = 20;
/** Results kept of one policy (or of a server's whole traffic); the oldest go first. */
const KEPT_MAX = 30;

/** Queues a replay. What is compared, over which range and with which text is fixed here; the work is done elsewhere. */
export async function createSimulation(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, body.server);
  const policy = body.policy === undefined ? null : await locatePolicy(ctx.prisma, server.id, body.policy);
  const range = rangeOf(body, ctx.now);
  const agents = body.agents === undefined ? null : await Promise.all(body.agents.map((one) => locateAgent(ctx.prisma, one)));
  if (body.against === 'live' && (policy === null || policy.liveVersion === null))
    throw new ControlError(
      422,
      'simulation.no_live_version',
      policy === null
        ? 'To compare with a live version, name the policy.'
        : `The policy \`${policy.slug}\` has no live version to compare with. Compare with what was recorded.`,
      [{ path: '/against', message: 'no live version' }],
    );
  const { compiled, problems } = compileText(body.text, await catalogueOf(ctx.prisma, server.id));
  if (compiled === null)
    throw new ControlError(422, 'policy.invalid', 'The text does not compile, so there is nothing to simulate.', problems);
  const id = ctx.services.newId('sim');
  const textSha256 = sha256Hex(body.text);
  await change(ctx, async (tx, record) => {
    if ((await tx.simulation.count({ where: { status: { in: ['queued', 'running'] } } })) >= OPEN_MAX)
      throw new ControlError(
        429,
        'simulation.too_many',
        `${OPEN_MAX} simulations wait or run already. Wait for one to end, or cancel one that nobody needs.`,
      );
    await tx.simulation.create({
      data: {
        id,
        serverId: server.id,
        policyId: policy?.id ?? null,
        text: body.text,
        textSha256,
        fromAt: range.from,
        toAt: range.to,
        ...(agents === null ? {} : { agents: agents.map((agent) => agent.slug) }),
        against: body.against,
        warm: body.counters === 'warm',
        createdAt: ctx.now,
        createdBy: ctx.actor.name,
      },
    });
    await forgetOldest(tx, server.id, policy?.id ?? null);
    await record({
      action: 'simulation.create',
      entity: 'simulation',
      entityId: id,
      entityName: policy === null ? server.slug : `${server.slug}/${policy.slug}`,
      after: { textSha256, from: range.from, to: range.to, against: body.against, agents: agents?.map((agent) => agent.slug) ?? null },
    });
  });
  ctx.services.simulations.wake();
  return simulationAnswer(ctx.prisma, id);
}

function rangeOf(body: BodyOf<typeof contract>, now: Date): { from: Date; to: Date } {
  if (body.days !== undefined && body.from !== undefined) throw wrongRange('/days', 'Give either `days` or `from`, not both.');
  // What has not happened yet was not recorded.
  const to = new Date(Math.min(body.to === undefined ? now.getTime() : Date.parse(body.to), now.getTime()));
  const from = body.from === undefined ? new Date(to.getTime() - (body.days ?? 7) * DAY_MS) : new Date(body.from);
  if (from >= to) throw wrongRange('/from', 'The range is empty: it starts when it ends, or later, or lies in the future.');
  if (to.getTime() - from.getTime() > RANGE_DAYS_MAX * DAY_MS) throw wrongRange('/from', `A range is at most ${RANGE_DAYS_MAX} days long.`);
  return { from, to };
}

function wrongRange(path: string, message: string): ControlError {
  return new ControlError(422, 'simulation.range', message, [{ path, message }]);
}

async function forgetOldest(tx: Transaction, serverId: string, policyId: string | null): Promise<void> {
  const old = await tx.simulation.findMany({
    where: { serverId, policyId, status: { in: ['done', 'cancelled', 'failed'] } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    skip: KEPT_MAX,
    select: { id: true },
  });
  if (old.length > 0) await tx.simulation.deleteMany({ where: { id: { in: old.map((row) => row.id) } } });
}
