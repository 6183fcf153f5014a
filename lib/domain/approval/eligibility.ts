import { ROLE_NAMES, ROLES, type Role } from '../roles';

/** Who wants to decide. */
export interface Decider {
  readonly kind: 'user' | 'key';
  readonly id: string;
  readonly role: Role;
  /** Of a person; keys have none. */
  readonly email: string | null;
}

export interface EligibilityFacts {
  /** `role:approver`, `user:ben@example.com`, as the rule names them. */
  readonly approvers: readonly string[];
  readonly votesNeeded: number;
  /** E-mail addresses of the agent's owner: now, and when it asked. */
  readonly owners: readonly string[];
  /** Ids of those who agreed already. */
  readonly approvedBy: readonly string[];
}

export interface Eligibility {
  readonly may: boolean;
  /** Why one may, or why not and who can; for people. */
  readonly why: string;
}

/**
 * Whether this person may decide. Never the owner of the agent that asks. An admin has every role, so `role:…` covers
 * admins; `user:…` means exactly that person. A management key speaks for nobody in particular: it counts as one voice
 * where one is enough, and as none where several people have to agree.
 */
export function eligibilityOf(decider: Decider, facts: EligibilityFacts): Eligibility {
  const can = `${whoCan(facts.approvers)} can.`;
  const email = decider.email?.toLowerCase() ?? null;
  if (email !== null && facts.owners.some((owner) => owner.toLowerCase() === email))
    return no(`You own the agent that asks, and nobody approves their own agent's calls. ${can}`);
  if (facts.approvedBy.includes(decider.id)) return no('You have agreed already; another person has to.');
  const named = email !== null && facts.approvers.some((approver) => approver.toLowerCase() === `user:${email}`);
  const byRole = facts.approvers.find((approver) => isRole(approver, decider.role));
  if (!named && byRole === undefined) return no(`The rule does not name you. ${can}`);
  if (decider.kind === 'key') {
    if (facts.votesNeeded > 1) return no(`${facts.votesNeeded} different people have to agree, and a management key is none. ${can}`);
    return { may: true, why: `A management key with the role ${ROLE_NAMES[decider.role]} may decide.` };
  }
  if (named) return { may: true, why: 'The rule names you.' };
  return { may: true, why: `The rule names the role ${roleName((byRole as string).slice(5))}, and you are ${ROLE_NAMES[decider.role]}.` };
}

/** `A person with the role Approver or ben@example.com`. */
export function whoCan(approvers: readonly string[]): string {
  const roles = approvers.filter((approver) => approver.startsWith('role:')).map((approver) => roleName(approver.slice(5)));
  const people = approvers.filter((approver) => approver.startsWith('user:')).map((approver) => approver.slice(5));
  const parts = [...(roles.length === 0 ? [] : [`A person with the role ${roles.join(' or ')}`]), ...people];
  return parts.length === 0 ? 'Nobody' : parts.join(' or ');
}

function isRole(approver: string, role: Role): boolean {
  return approver.startsWith('role:') && (role === 'admin' || approver.slice(5).toLowerCase() === role);
}

function roleName(text: string): string {
  const role = ROLES.find((known) => known === text.toLowerCase());
  return role === undefined ? text : ROLE_NAMES[role];
}

const no = (why: string): Eligibility => ({ may: false, why });
