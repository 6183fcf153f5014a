import { afterEach, describe, expect, it, vi } from 'vitest';
import { discard } from '@/components/shared/monaco/discard';

describe('throwing an editor away', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('disposes of it once', () => {
    const dispose = vi.fn();
    discard({ dispose });
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it('warns of each cause, and lets whatever closed the editor go on', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const causes = [new Error('left'), new Error('right')];
    discard({
      dispose() {
        throw new AggregateError(causes, 'Encountered errors');
      },
    });
    expect(warn).toHaveBeenCalledWith(expect.any(String), ...causes);
  });
});
