import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../fixtures/shared-data';
import { newWorld } from './gateway-world';

const CORPUS = sharedData('corpora/jsontestsuite/test_parsing');
const files = existsSync(CORPUS) ? readdirSync(CORPUS).filter((name) => name.startsWith('n_')) : [];

describe.skipIf(files.length === 0)('JSONTestSuite at the gateway', () => {
  it('refuses 188 of 188 texts that are no JSON, and sends none of them on', async () => {
    const world = newWorld();
    const answers = [];
    for (const name of files) {
      const answer = await world.send({ raw: readFileSync(join(CORPUS, name)) });
      const { error } = await answer.json();
      answers.push([name, answer.status, error.code]);
    }
    expect(answers).toHaveLength(188);
    expect(answers.filter(([, status, code]) => status !== 400 || code !== -32700)).toEqual([]);
    expect(world.upstreams.posts).toEqual([]);
    expect(world.ledger.events).toHaveLength(188);
  });
});
