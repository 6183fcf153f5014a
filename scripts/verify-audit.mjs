// npm run verify-audit -- EXPORT [--checkpoints FILE] [--public-key FILE]: verifies an export of evidence without a server or a database.
import { pathToFileURL } from 'node:url';

try {
  const { bundleEntry, prepare } = await import('./prepare.mjs');
  await prepare({ build: false });
  const { verifyAuditCommand } = await import(
    pathToFileURL(await bundleEntry('lib/hosts/verify-audit-command.ts', 'verify-audit.mjs')).href
  );
  process.exitCode = await verifyAuditCommand(process.argv.slice(2), {
    // npm runs scripts in the project's folder; names are meant where the command was given.
    folder: process.env.INIT_CWD ?? process.cwd(),
    print: (text) => process.stdout.write(`${text}\n`),
    warn: (text) => process.stderr.write(`${text}\n`),
  });
} catch (error) {
  process.stderr.write(`verify-audit: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
