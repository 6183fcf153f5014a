import type { Change } from './api/wire';

const WORDS: Record<string, string> = {
  'server.create': 'added server',
  'server.update': 'changed server',
  'server.disable': 'disabled server',
  'server.delete': 'deleted server',
  'server.sync': 'synced server',
  'server.sync_failed': 'could not sync server',
  'tool.classify': 'classified tool',
  'tool.approve': 'approved tool',
  'policy.create': 'started policy',
  'policy.draft': 'saved a draft of',
  'policy.discard_draft': 'discarded the draft of',
  'policy.publish': 'published policy',
  'policy.restore': 'restored policy',
  'policy.delete': 'deleted policy',
  'agent.create': 'created agent',
  'agent.update': 'changed agent',
  'agent.suspend': 'suspended agent',
  'agent.resume': 'resumed agent',
  'grant.create': 'created grant',
  'grant.update': 'changed grant',
  'grant.revoke': 'revoked grant',
  'grant.rotate': 'rotated the token of',
  'member.create': 'added member',
  'member.update': 'changed member',
  'member.role': 'changed the role of',
  'member.disable': 'disabled member',
  'member.enable': 'enabled member',
  'me.password': 'changed the own password',
  'session.end': 'ended a session of',
  'payload.read': 'read the arguments of',
  'setup.code': 'made a set-up code',
  sign_in: 'signed in',
  sign_out: 'signed out',
  'sign_in.failed': 'failed to sign in as',
};

/** An action as a verb for a sentence: "Ana published policy support". Unknown actions keep their name. */
export function changeWords(change: Pick<Change, 'action'>): string {
  return WORDS[change.action] ?? change.action.replaceAll(/[._]/g, ' ');
}
