import { z } from 'zod';
import { defineContract } from '../define-contract';
import { riskSchema, timeSchema } from '../schema-parts';

export const approvalSummarySchema = z.object({
  pending: z.number().int().describe('requests that wait for anybody'),
  decidable: z.number().int().describe('of those, the ones that the caller may decide and has not put aside'),
  newest: z
    .array(
      z.object({
        id: z.string(),
        agent: z.string(),
        server: z.string(),
        tool: z.string(),
        risk: riskSchema,
        createdAt: timeSchema,
        expiresAt: timeSchema,
      }),
    )
    .describe('of the decidable ones, newest first, at most 20'),
});
export type ApprovalSummary = z.output<typeof approvalSummarySchema>;

export const getApprovalSummary = defineContract({
  name: 'getApprovalSummary',
  method: 'GET',
  path: '/approvals/summary',
  permission: 'read',
  summary: 'How many requests wait, and how many of them for the caller; cheap enough to ask at every change.',
  answer: approvalSummarySchema,
});
