import type { Reader } from '../context';
import type { MemberAnswer } from './contract';

export type UserRow = Awaited<ReturnType<Reader['user']['findUniqueOrThrow']>>;

/** A person over the wire and in change records: never the password's hash. */
export function memberAnswer(row: UserRow): MemberAnswer {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role as MemberAnswer['role'],
    status: row.status as MemberAnswer['status'],
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  };
}

export function recordedMember(row: UserRow): Record<string, unknown> {
  const { email, name, role, status } = row;
  return { email, name, role, status };
}
