'use client';

import { InertText } from '@/components/shared/unverified-text';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import { refusalKind, refusalSentence } from '@/lib/domain/refusal-words';
import type { Step } from './builder-context';
import { SentenceToken } from './sentence-token';

interface AgentMessageProps {
  pointer: string;
  value: string | null;
  write: (text: string | null) => Step;
  /** Whose own words the agent reads while there is no message. */
  reason: Reason;
  /** The block's reason, which stands in for missing messages of conditions. */
  fallback?: string | null;
  /** Bounds that the message should not give away. */
  secrets?: readonly string[];
}

/** `on_deny` with what the agent receives, and a warning when it tells the bound to stay just below. */
export function AgentMessage({ pointer, value, write, reason, fallback = null, secrets = [] }: AgentMessageProps) {
  return (
    <SentenceToken
      id={`${pointer}/on_deny`}
      what="Message to the agent"
      value={value}
      empty="+ message to the agent"
      words={(text) => (
        <span>
          agent sees “<InertText text={text} max={160} />”
        </span>
      )}
      below={(text) => {
        const leaked = secrets.find(
          (secret) => secret !== '' && new RegExp(`(^|[^0-9.])${escapePattern(secret)}([^0-9]|$)`).test(text.replaceAll(/[\s,_]/g, '')),
        );
        return (
          <div className="flex flex-col gap-1">
            <p className="text-meta text-ink-3">The agent receives exactly</p>
            <p className="rounded-control bg-sunken px-2.5 py-1.5 font-mono text-meta [overflow-wrap:anywhere]">
              <InertText text={received(reason, text.trim() === '' ? (fallback ?? REASONS[reason].words) : text)} />
            </p>
            {leaked ? (
              <p className="text-meta text-limited">It names {leaked}, the bound of this rule: an agent can stay just inside of it.</p>
            ) : null}
          </div>
        );
      }}
      write={write}
    />
  );
}

/** As the gateway words it; when a limit resets is known only once it is used up. */
function received(reason: Reason, words: string): string {
  return refusalSentence(refusalKind(reason), words, null).replace(' 0 seconds', ' … seconds');
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
