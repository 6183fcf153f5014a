// npm run fixture: the upstream of the conformance suites on PORT of 127.0.0.1 (any free port without it; it prints which), for tests and comparisons.
import { prepare } from './prepare.mjs';

await prepare({ build: false });
await import('../tests/fixtures/conformance/fixture-server.mjs');
