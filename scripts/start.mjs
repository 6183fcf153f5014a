// npm start: prepares what changed and starts the server in this very process, so that a signal sent to npm arrives where the calls are.
// usage: node scripts/start.mjs [--gateway | --demo | --dev]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MODES = { '--gateway': 'gateway', '--demo': 'demo', '--dev': 'dev' };

try {
  const { prepare, requireNode, root } = await import('./prepare.mjs');
  requireNode();
  const mode = modeOf(process.argv.slice(2));
  process.chdir(root);
  if (existsSync('.env')) process.loadEnvFile('.env');
  await prepare({ console: mode === 'all' || mode === 'demo' });
  process.env.NODE_ENV ??= mode === 'dev' ? 'development' : 'production';
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(join(root, '.build/server.mjs')).href);
  await main({ mode });
} catch (error) {
  process.stderr.write(`callgate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function modeOf(flags) {
  const unknown = flags.filter((flag) => !(flag in MODES));
  if (unknown.length > 0) throw new Error(`Unknown option ${unknown.join(' ')}. Known: ${Object.keys(MODES).join(', ')}.`);
  if (flags.length > 1) throw new Error(`Choose one of ${flags.join(' and ')}.`);
  return flags.length === 0 ? 'all' : MODES[flags[0]];
}
