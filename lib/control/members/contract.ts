import { z } from 'zod';
import { ROLES } from '@/lib/domain/roles';
import { defineContract } from '../define-contract';
import { lineSchema, pageOf, pageQueryShape, timeSchema } from '../schema-parts';

export const roleSchema = z.enum(ROLES);
export const emailSchema = z
  .email('not an e-mail address')
  .max(254)
  .transform((email) => email.toLowerCase());
/** Length is checked with the other rules (password-rules.ts), so that every sentence comes from one place. */
export const passwordSchema = z.string().max(1_024);

export const memberSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  status: z.enum(['active', 'disabled']),
  createdAt: timeSchema,
  lastSeenAt: timeSchema.nullable(),
});
export type MemberAnswer = z.output<typeof memberSchema>;

export const listMembers = defineContract({
  name: 'listMembers',
  method: 'GET',
  path: '/members',
  permission: 'read',
  summary: 'The people who can sign in.',
  query: z.strictObject({ q: z.string().max(200).optional(), role: roleSchema.optional(), ...pageQueryShape }),
  answer: pageOf(memberSchema),
});

export const createMember = defineContract({
  name: 'createMember',
  method: 'POST',
  path: '/members',
  permission: 'member.write',
  summary: 'Adds a person with a role and a first password.',
  body: z.strictObject({ email: emailSchema, name: lineSchema(120), role: roleSchema, password: passwordSchema }),
  answer: memberSchema,
  status: 201,
});

export const updateMember = defineContract({
  name: 'updateMember',
  method: 'PATCH',
  path: '/members/{member}',
  permission: 'member.write',
  summary: 'Changes name, role, status or password; a change of role, status or password ends the sessions of that person.',
  body: z.strictObject({
    name: lineSchema(120).optional(),
    role: roleSchema.optional(),
    status: z.enum(['active', 'disabled']).optional(),
    password: passwordSchema.optional(),
    agents: z
      .union([z.literal('suspend'), z.strictObject({ handOverTo: emailSchema })])
      .optional()
      .describe('together with status disabled: what becomes of the agents that this person owns; suspended unless told'),
  }),
  answer: memberSchema,
  affectsGateway: true,
});

export const getOffboarding = defineContract({
  name: 'getOffboarding',
  method: 'GET',
  path: '/members/{member}/offboarding',
  permission: 'member.write',
  summary: 'What this person answers for, and what waits for them: to look at before disabling them.',
  answer: z.object({
    agents: z.array(
      z.object({
        id: z.string(),
        slug: z.string(),
        name: z.string(),
        status: z.enum(['active', 'suspended']),
        grants: z.number().int(),
        servers: z.array(z.string()),
      }),
    ),
    grants: z.number().int().describe('of these agents, not revoked and not expired'),
    approvals: z.number().int().describe('waiting requests of these agents'),
    namedIn: z.number().int().describe('waiting requests that name this person as an approver'),
    elevations: z.number().int().describe('grants of these agents that use another policy for a while'),
  }),
});
