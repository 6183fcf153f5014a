import type { World } from './control-world';

/** The record of a month that retention removed at this moment, with all before `endsAt`, as `remove_audit_month` leaves it. */
export async function removeMonth(world: World, endsAt = world.now()): Promise<void> {
  await world.prisma.auditRemoval.create({
    data: {
      month: '2025-01',
      startsAt: new Date('2025-01-01T00:00:00Z'),
      endsAt,
      removedAt: world.now(),
      checkpoint: 1n,
      events: 1n,
      outcomes: 0n,
      days: 30,
      orderedBy: 'The admin',
    },
  });
}
