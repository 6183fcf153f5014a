import type { Json, JsonObject } from '@/lib/kernel/json';
import { compose } from '@/lib/policy/edit/compose';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { setValue } from '@/lib/policy/edit/set-value';
import type { BlockView, LimitView } from './block-view';
import type { Step } from './builder-context';
import { removeIfThere, setOrRemove, takeLiteral } from './rule-edits';

/** Sets one key of the approval; the short forms `true` and `action: "approve"` become an object only now. */
export function setApproval(block: BlockView, key: string, value: Json | null): Step {
  const pointer = `${block.pointer}/approval`;
  if (block.approval?.form === 'object') return setOrRemove(`${pointer}/${key}`, value);
  return (text) => setValue(text, pointer, value === null ? {} : { [key]: value });
}

/** Asks a person only when a condition holds. `action: "approve"` would ask always, so it goes. */
export function addWhen(block: BlockView, condition: JsonObject): Step {
  const pointer = `${block.pointer}/approval`;
  return (text) =>
    compose(text, ...(block.action === 'approve' ? [(now: string) => removeIfThere(now, `${block.pointer}/action`)] : []), (now) =>
      block.approval?.form === 'object' ? insertItem(now, `${pointer}/when`, condition) : setValue(now, pointer, { when: [condition] }),
    );
}

/** Sets one key of a limit. The short forms of a rate stay short as long as they can say it. */
export function setLimit(limit: LimitView, key: string, literal: string | null): Step {
  const { pointer } = limit;
  if (limit.form === 'rate-text') {
    const max = key === 'max' ? (literal ?? limit.max) : limit.max;
    const window = key === 'window' && literal !== null ? (JSON.parse(literal) as string) : limit.window;
    if (key === 'max' || key === 'window') return (text) => setValue(text, pointer, `${max}/${window}`);
    const long: JsonObject = { max: Number(limit.max), window: limit.window ?? 'minute' };
    return (text) => setValue(text, pointer, literal === null ? long : { ...long, [key]: JSON.parse(literal) as Json });
  }
  return literal === null ? setOrRemove(`${pointer}/${key}`, null) : takeLiteral(`${pointer}/${key}`, literal);
}

/** A rate becomes a limit with a counter of its own name, where amounts and sharing can be said. */
export function rateToLimit(block: BlockView, rate: LimitView, counter: string): Step {
  const window = rate.window !== null && /^[0-9]+$/.test(rate.window) ? `${rate.window}s` : (rate.window ?? 'minute');
  const limit: JsonObject = {
    counter,
    window,
    max: Number(rate.max ?? 10),
    ...(rate.scope === null ? {} : { scope: rate.scope }),
    ...(rate.align === null ? {} : { align: rate.align }),
    ...(rate.on_deny === null ? {} : { on_deny: rate.on_deny }),
    ...(rate.mode === null ? {} : { mode: rate.mode }),
  };
  return (text) =>
    compose(
      text,
      (now) => removeIfThere(now, rate.pointer),
      (now) => insertItem(now, `${block.pointer}/limits`, limit),
    );
}
