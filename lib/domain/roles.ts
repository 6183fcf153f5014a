/** Console roles, each including nothing of the others but reading; admin may do everything. */
export const ROLES = ['viewer', 'author', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_NAMES: Record<Role, string> = { viewer: 'Viewer', author: 'Policy author', approver: 'Approver', admin: 'Admin' };

/** What can be permitted. One name a kind of action; pages and API ask for the same names. */
export const PERMISSIONS = [
  'read',
  'policy.write',
  'policy.publish',
  'policy.govern',
  'server.write',
  'tool.classify',
  'agent.write',
  'grant.write',
  'approval.decide',
  'member.write',
  'notification.write',
  'payload.read',
  'kill.engage',
  'kill.lift',
  'issuer.write',
  'limit.write',
  'audit.reconcile',
  'audit.evidence',
  'audit.keys',
  'retention.write',
  'view.share',
  'export.schedule',
  'alert.handle',
  'alert.tune',
  'restriction.lift',
  'workspace.write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const GRANTED: Record<Role, readonly Permission[]> = {
  viewer: ['read'],
  author: [
    'read',
    'policy.write',
    'policy.publish',
    'tool.classify',
    'kill.engage',
    'limit.write',
    'view.share',
    'alert.handle',
    'alert.tune',
  ],
  approver: [
    'read',
    'approval.decide',
    'payload.read',
    'kill.engage',
    'audit.reconcile',
    'audit.evidence',
    'view.share',
    'alert.handle',
    'restriction.lift',
  ],
  admin: PERMISSIONS,
};

export function mayRole(role: Role, permission: Permission): boolean {
  return GRANTED[role].includes(permission);
}

/** The roles that have a permission, for the sentence "ask someone who is …". */
export function rolesWith(permission: Permission): Role[] {
  return ROLES.filter((role) => mayRole(role, permission));
}
