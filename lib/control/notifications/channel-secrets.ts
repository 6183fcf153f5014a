import { notificationSecretAad } from '@/lib/domain/sealed-value';
import type { ControlContext, Transaction } from '../context';

export type SecretName = 'url' | 'signingSecret' | 'password';
/** undefined leaves one as it is, null removes it. */
export type SecretChanges = Readonly<Partial<Record<SecretName, string | null | undefined>>>;

/** Writes sealed values; gives what changed in words, never a value. */
export async function writeChannelSecrets(
  tx: Transaction,
  ctx: ControlContext,
  channelId: string,
  changes: SecretChanges,
): Promise<string[]> {
  const written: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    await tx.notificationSecret.deleteMany({ where: { channelId, name } });
    written.push(`${name} ${value === null ? 'removed' : 'set'}`);
    if (value === null) continue;
    const id = ctx.services.newId('sec');
    await tx.notificationSecret.create({
      data: {
        id,
        channelId,
        name,
        envelope: ctx.services.envelope.seal(value, notificationSecretAad(id, name)),
        fingerprint: ctx.services.envelope.fingerprint(value),
        setBy: ctx.actor.name,
        setAt: ctx.now,
      },
    });
  }
  return written;
}

/** The secrets of a channel in clear, for one attempt. Throws when the present key does not open them. */
export function openChannelSecrets(
  ctx: Pick<ControlContext, 'services'>,
  rows: readonly { readonly id: string; readonly name: string; readonly envelope: string }[],
): Partial<Record<SecretName, string>> {
  const opened: Partial<Record<SecretName, string>> = {};
  for (const { id, name, envelope } of rows)
    opened[name as SecretName] = ctx.services.envelope.open(envelope, notificationSecretAad(id, name));
  return opened;
}
