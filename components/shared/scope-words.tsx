import { Fragment } from 'react';
import { plural } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { boundWords, type ShownBound } from '@/lib/domain/approval/scope-words';

const EXACT_MAX = 6;

/** `amount at most 725, reason any text, customer exactly "cus_91"`: what is loosened first and standing out. */
export function ScopeWords({ bounds, redacted }: { bounds: readonly ShownBound[]; redacted: number }) {
  const wide = bounds.filter(({ bound }) => bound !== 'equal');
  const exact = bounds.filter(({ bound }) => bound === 'equal');
  const more = Math.max(0, exact.length - EXACT_MAX) + redacted;
  return (
    <>
      {[...wide, ...exact.slice(0, EXACT_MAX)].map((one, index) => (
        <Fragment key={one.path}>
          {index === 0 ? '' : ', '}
          <span className={one.bound === 'equal' ? '' : 'font-medium text-limited'}>
            <InertText text={`${one.path} ${boundWords(one)}`} max={240} />
          </span>
        </Fragment>
      ))}
      {more === 0 ? '' : `, ${plural(more, 'more argument')} exactly as shown`}
    </>
  );
}
