import { z } from 'zod';
import { PERMISSIONS } from '@/lib/domain/roles';
import { defineContract } from '../define-contract';
import { passwordSchema, roleSchema } from '../members/contract';
import { pageOf, timeSchema } from '../schema-parts';

export const getMe = defineContract({
  name: 'getMe',
  method: 'GET',
  path: '/me',
  permission: 'read',
  summary: 'Who is asking, and what they may do.',
  answer: z.object({
    kind: z.enum(['user', 'key']),
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    role: roleSchema,
    permissions: z.array(z.enum(PERMISSIONS)),
    publicUrl: z.string(),
    allowStdio: z.boolean(),
    serverTime: timeSchema,
  }),
});

export const changeOwnPassword = defineContract({
  name: 'changeOwnPassword',
  method: 'POST',
  path: '/me/password',
  permission: 'read',
  summary: 'Changes the own password and ends every other session.',
  body: z.strictObject({ current: passwordSchema, next: passwordSchema }),
  answer: z.object({ sessionsEnded: z.number().int() }),
});

export const listOwnSessions = defineContract({
  name: 'listOwnSessions',
  method: 'GET',
  path: '/me/sessions',
  permission: 'read',
  summary: 'Where the asking person is signed in.',
  answer: pageOf(
    z.object({
      id: z.string(),
      current: z.boolean(),
      createdAt: timeSchema,
      lastSeenAt: timeSchema,
      expiresAt: timeSchema,
      userAgent: z.string().nullable(),
      ip: z.string().nullable(),
    }),
  ),
});

export const endOwnSession = defineContract({
  name: 'endOwnSession',
  method: 'DELETE',
  path: '/me/sessions/{session}',
  permission: 'read',
  summary: 'Ends one of the own sessions.',
  answer: z.null(),
  status: 204,
});
