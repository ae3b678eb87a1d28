/** The program: answers --version and --help at once, else reads the configuration and serves. */
import { parseCommandLine } from './config/command-line.ts';
import { usageText, versionText } from './config/version.ts';

const commandLine = parseCommandLine(process.argv.slice(2));
if (commandLine.action === 'run') {
  const { serve } = await import('./server/serve.ts');
  await serve(commandLine);
} else {
  process.stdout.write(commandLine.action === 'version' ? `${versionText()}\n` : usageText);
}
