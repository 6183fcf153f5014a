import type { Change } from './api/wire';

const WORDS: Record<string, string> = {
  'server.create': 'added server', 'server.update': 'changed server', 'server.delete': 'deleted server', 'server.sync': 'synced server',
  'tool.classify': 'classified tool', 'tool.approve': 'approved tool', 'tool.update': 'changed tool',
  'policy.create': 'started policy', 'policy.draft': 'saved a draft of', 'policy.discard': 'discarded the draft of', 'policy.publish': 'published policy', 'policy.restore': 'restored policy', 'policy.delete': 'deleted policy',
  'agent.create': 'created agent', 'agent.update': 'changed agent', 'agent.suspend': 'suspended agent', 'agent.resume': 'resumed agent',
  'grant.create': 'created a grant', 'grant.update': 'changed a grant', 'grant.revoke': 'revoked a grant', 'grant.rotate': 'rotated the token of a grant',
  'member.create': 'added member', 'member.update': 'changed member', 'setup.complete': 'set up Callgate as', sign_in: 'signed in', sign_out: 'signed out', 'sign_in.failed': 'failed to sign in as',
};

/** An action as a verb for a sentence: "Ana published policy support". Unknown actions keep their name. */
export function changeWords(change: Pick<Change, 'action'>): string {
  return WORDS[change.action] ?? change.action.replaceAll(/[._]/g, ' ');
}
