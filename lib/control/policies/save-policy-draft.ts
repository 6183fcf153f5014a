import { sha256Hex } from '@/lib/kernel/digest';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locateServer, lockRow } from '../locate';
import { slugSchema } from '../schema-parts';
import { catalogueOf } from '../tools/catalogue';
import { compileText } from './compile-text';
import type { savePolicyDraft as contract } from './contract';
import { withEditor } from './draft-editors';
import { type PolicyRow, policyAnswer, policyEtag } from './policy-answer';
import { requireExpected, requireUnmanaged } from './policy-guards';
import { readDraft } from './read-draft';
import { resetReview } from './reset-review';

/** Keeps the text whatever is wrong with it; problems are told, never held against it. Makes the policy when it is new. */
export async function savePolicyDraft(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  if (body.text.includes('\u0000') || !isWellFormed(body.text)) {
    throw new ControlError(422, 'policy.text', 'The text holds a NUL character or a lone surrogate, which cannot be stored. Remove it.', [
      { path: '/text', message: 'not storable' },
    ]);
  }
  const server = await locateServer(ctx.prisma, params.server);
  const row = await change(ctx, async (tx, record) => {
    const found = await findOrMake(tx, ctx, server.id, params.policy, body.name);
    await lockRow(tx, 'policy', found.row.id);
    const before = await tx.policy.findUniqueOrThrow({ where: { id: found.row.id } });
    if (!found.made) requireMatch(ifMatch, policyEtag(before), 'policy');
    requireUnmanaged(ctx, before);
    // The caller merged with this version: what is live now must be it, or the merge is already old.
    if (body.baseVersion !== undefined) requireExpected(body.baseVersion, before.liveVersion);
    // Whoever writes without looking at a version replaces the draft whole: it begins anew from what is live.
    const keepsBase = before.draftText !== null && body.baseVersion === undefined && ifMatch !== null;
    const changed = before.draftText !== body.text;
    const digest = sha256Hex(body.text);
    const after = await tx.policy.update({
      where: { id: before.id },
      data: {
        draftText: body.text,
        draftBaseVersion: keepsBase ? before.draftBaseVersion : before.liveVersion,
        ...(changed
          ? { draftEditors: withEditor(before.draftText === null ? [] : before.draftEditors, ctx.actor).map((editor) => ({ ...editor })) }
          : {}),
        draftUpdatedAt: ctx.now,
        draftUpdatedBy: ctx.actor.name,
        ...(body.name === undefined ? {} : { name: body.name }),
      },
    });
    await record({
      action: found.made ? 'policy.create' : 'policy.draft',
      entity: 'policy',
      entityId: after.id,
      entityName: `${server.slug}/${after.slug}`,
      before: found.made ? undefined : { name: before.name, draftSha256: before.draftText === null ? null : sha256Hex(before.draftText) },
      after: { name: after.name, draftSha256: digest, bytes: body.text.length },
    });
    if (changed) await resetReview(tx, ctx, record, after, server.slug, digest);
    return after;
  });
  ctx.services.events.publish('policy', { action: 'drafted', server: server.slug, policy: row.slug });
  const { problems } = compileText(body.text, await catalogueOf(ctx.prisma, server.id));
  const draft = await readDraft(ctx.prisma, row);
  if (!draft) throw new Error('a saved draft is gone');
  return { ...(await policyAnswer(ctx.prisma, ctx, row.id)), draft, problems };
}

async function findOrMake(
  tx: Transaction,
  ctx: ControlContext,
  serverId: string,
  reference: string,
  name: string | undefined,
): Promise<{ row: PolicyRow; made: boolean }> {
  const found = await tx.policy.findFirst({
    where: reference.startsWith('pol_') ? { id: reference, serverId } : { slug: reference, serverId },
  });
  if (found) return { row: found, made: false };
  const slug = slugSchema.safeParse(reference);
  if (!slug.success) {
    throw new ControlError(
      422,
      'policy.slug',
      `\`${reference}\` cannot name a policy: use 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit.`,
      [{ path: 'policy', message: 'not a slug' }],
    );
  }
  try {
    const row = await tx.policy.create({
      data: { id: ctx.services.newId('pol'), serverId, slug: slug.data, name: name ?? slug.data, createdAt: ctx.now },
    });
    return { row, made: true };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ControlError(
      409,
      'policy.created_meanwhile',
      `Someone else made a policy \`${slug.data}\` at the same moment. Read it and save again.`,
    );
  }
}

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
