'use client';

import Link from 'next/link';
import type { NotificationDelivery } from '@/components/shared/api/wire';
import { Id } from '@/components/shared/id-text';
import { StatusTag } from '@/components/shared/status-tag';
import { Peek } from '@/components/shared/table/peek';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Facts } from '@/components/ui/panel';
import { aboutWords, EVENT_WORDS, KIND_WORDS, statusLook } from './channel-words';

/** One delivery with the whole answer, which a row has no room for. */
export function DeliveryPeek({ delivery, onClose }: { delivery: NotificationDelivery; onClose: () => void }) {
  const { status, word } = statusLook(delivery.status);
  return (
    <Peek title={`${EVENT_WORDS[delivery.event]}, by ${delivery.channel.name}`} onClose={onClose}>
      <Facts
        items={[
          ['Status', <StatusTag key="s" status={status} word={word} />],
          ['Answer', delivery.detail === null ? null : <InertText key="d" text={delivery.detail} />],
          ['Code', delivery.responseCode],
          ['Attempts', delivery.attempts],
          ['Written', <Time key="c" at={delivery.createdAt} exact />],
          ['Last attempt', delivery.lastAttemptAt === null ? null : <Time key="l" at={delivery.lastAttemptAt} exact />],
          ['Next attempt', delivery.nextAttemptAt === null ? null : <Time key="n" at={delivery.nextAttemptAt} exact />],
          ['Channel', `${delivery.channel.name} (${KIND_WORDS[delivery.channel.kind]})`],
          ['About', <InertText key="a" text={aboutWords(delivery)} />],
          [
            'Request',
            delivery.approval === null ? null : (
              <Link key="r" href={`/approvals/${delivery.approval}`} className="text-accent hover:underline">
                Open the request
              </Link>
            ),
          ],
          ['Message id', <Id key="m" value={delivery.messageId} max={28} />],
        ]}
      />
    </Peek>
  );
}
