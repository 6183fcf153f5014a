import { describe, expect, it } from 'vitest';
import { blastRadius } from '@/lib/domain/approval/blast-radius';

const shown = (args: object): readonly string[] => blastRadius('write', args as never).slice(1);

describe('what a call can do at worst', () => {
  it('says what its class means, and that it does not know more without the arguments', () => {
    expect(blastRadius('financial', null)).toEqual(['It moves money or commits to a payment. No call that undoes it is known.']);
    expect(blastRadius('unknown', {})).toEqual(['What it changes is not known.']);
  });

  it('counts what a list names', () => {
    expect(shown({ to: ['a', 'b', 'c'], cc: ['a'] })).toEqual(['to names 3 items.']);
    expect(shown({ batch: { ids: Array.from({ length: 1200 }, (_, i) => i) } })).toEqual(['batch.ids names 1,200 items.']);
  });

  it.each([
    ['DELETE FROM users', 'sql deletes every row: there is no WHERE.'],
    ['delete\n from users;', 'sql deletes every row: there is no WHERE.'],
    ['UPDATE accounts SET balance = 0', 'sql updates every row: there is no WHERE.'],
    ['DROP TABLE users', 'sql drops an object of the database.'],
    ['truncate users', 'sql empties a table.'],
  ])('calls out %s', (sql, sentence) => {
    expect(shown({ sql })).toEqual([sentence]);
  });

  it.each(['DELETE FROM users WHERE id = 1', 'please update the ticket', 'drop me a line', 'SELECT * FROM users'])(
    'says nothing of %s',
    (sql) => {
      expect(shown({ sql })).toEqual([]);
    },
  );

  it('says that a wildcard is one', () => {
    for (const path of ['*', '%', '/srv/data/*', 'logs/**'])
      expect(shown({ path }), path).toEqual(['path is a wildcard: how much it matches is not known.']);
    expect(shown({ path: 'a*b' })).toEqual([]);
  });

  it('is not led astray by depth', () => {
    let deep: object = { sql: 'DROP TABLE x' };
    for (let i = 0; i < 5_000; i++) deep = { deep };
    expect(shown(deep)).toEqual([]);
  });
});
