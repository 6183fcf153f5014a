import { beforeEach, describe, expect, it } from 'vitest';
import { dropBackup, readBackup, writeBackup } from '@/components/policies/draft-backup';

const backup = { text: '{ "default": "deny" }', base: { text: '{}', etag: '1-2' } };
let kept: Map<string, string>;
let storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

beforeEach(() => {
  kept = new Map();
  storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
});

describe('unsaved text kept in a browser', () => {
  it('comes back with what it was typed over, for its own policy only', () => {
    writeBackup(storage, 'pol_1', backup);
    expect(readBackup(storage, 'pol_1')).toEqual(backup);
    expect(readBackup(storage, 'pol_2')).toBeNull();
    dropBackup(storage, 'pol_1');
    expect(readBackup(storage, 'pol_1')).toBeNull();
  });

  it.each(['', 'null', '7', '{}', '{"text":"x"}', '{"text":"x","base":{"text":"y"}}', '{"text":1,"base":{"text":"y","etag":"z"}}'])(
    'is nothing where it cannot be read: %s',
    (value) => {
      writeBackup(storage, 'pol_1', backup);
      for (const key of kept.keys()) kept.set(key, value);
      expect(readBackup(storage, 'pol_1')).toBeNull();
    },
  );

  it('does not stop the one who types when the storage is full', () => {
    const full = {
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    expect(() => writeBackup(full, 'pol_1', backup)).not.toThrow();
  });
});
