import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { cancelSimulation as contract } from './contract';
import { simulationAnswer } from './simulation-answer';

/** Ends a job at once in the books; whoever runs it, on whichever node, sees that and stops. */
export async function cancelSimulation(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const before = await simulationAnswer(ctx.prisma, params.simulation);
  await change(ctx, async (tx, record) => {
    const { count } = await tx.simulation.updateMany({
      where: { id: before.id, status: { in: ['queued', 'running'] } },
      data: { status: 'cancelled', finishedAt: ctx.now, text: null },
    });
    if (count === 0) throw new ControlError(409, 'simulation.ended', 'The simulation has ended already; there is nothing to cancel.');
    await record({
      action: 'simulation.cancel',
      entity: 'simulation',
      entityId: before.id,
      entityName: before.policy === null ? before.server : `${before.server}/${before.policy}`,
      before: { status: before.status },
      after: { status: 'cancelled' },
    });
  });
  ctx.services.simulations.stop(before.id);
  return simulationAnswer(ctx.prisma, before.id);
}
