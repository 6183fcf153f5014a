import type { Actor, ControlContext } from '../context';
import { ControlError } from '../control-error';

/** The signed-in person; a management key has neither password nor sessions. Throws 403. */
export function requirePerson(ctx: ControlContext): Actor {
  if (ctx.actor.kind === 'user') return ctx.actor;
  throw new ControlError(403, 'me.not_a_person', 'This is for people who are signed in; a management key has no password and no sessions.');
}
