import { z } from 'zod';
import { COMMENT_CHARACTERS_MAX, COMMENTS_MAX, SNOOZE_MINUTES } from '@/lib/domain/approval/teamwork-terms';
import { approvalSchema, commentSchema } from '../approvals/contract';
import { defineContract } from '../define-contract';
import { timeSchema } from '../schema-parts';

export const commentApproval = defineContract({
  name: 'commentApproval',
  method: 'POST',
  path: '/approvals/{approval}/comments',
  // The verb itself looks whether one owns the agent, or decides.
  permission: 'read',
  summary: `A question or an answer about a request that waits, shown to everybody who may see it: by Approvers, Admins and the owner of the agent, at most ${COMMENTS_MAX}. It decides nothing.`,
  body: z.strictObject({
    text: z
      .string()
      .trim()
      .min(1, 'write something')
      .max(COMMENT_CHARACTERS_MAX, `at most ${COMMENT_CHARACTERS_MAX} characters`)
      .describe('plain text, shown as it is'),
  }),
  answer: commentSchema,
  status: 201,
});

export const listApprovalCandidates = defineContract({
  name: 'listApprovalCandidates',
  method: 'GET',
  path: '/approvals/{approval}/candidates',
  permission: 'approval.decide',
  summary: 'The people who may decide a request, by role and rule, without the owner of the agent and without the caller.',
  answer: z.object({ items: z.array(z.object({ id: z.string(), name: z.string(), email: z.string() })) }),
});

export const assignApproval = defineContract({
  name: 'assignApproval',
  method: 'POST',
  path: '/approvals/{approval}/assign',
  permission: 'approval.decide',
  summary:
    'Asks somebody by name to decide a request that waits; null takes that back. Who may decide does not change. 422 for whom the rule does not let decide.',
  body: z.strictObject({ to: z.string().min(1).nullable().describe('id or e-mail address of a person') }),
  answer: approvalSchema,
});

export const snoozeApproval = defineContract({
  name: 'snoozeApproval',
  method: 'POST',
  path: '/approvals/{approval}/snooze',
  permission: 'approval.decide',
  summary: 'Puts a request aside for the caller alone, until a minute before its time is over at the latest; 0 brings it back.',
  body: z.strictObject({ minutes: z.literal([0, ...SNOOZE_MINUTES], `one of 0, ${SNOOZE_MINUTES.join(', ')}`) }),
  answer: z.object({ snoozedUntil: timeSchema.nullable() }),
});

export const extendApproval = defineContract({
  name: 'extendApproval',
  method: 'POST',
  path: '/approvals/{approval}/extend',
  permission: 'approval.decide',
  summary:
    'Five more minutes for a request that waits, up to three times what its rule gives and 7 days at most. 409 when there is no more.',
  body: z.strictObject({}),
  bodyOptional: true,
  answer: approvalSchema,
});
