/** The program: answers --version and --help at once, looks after a local cluster, else reads the configuration and serves. */
import { parseCommandLine } from './config/command-line.ts';
import { usageText, versionText } from './config/version.ts';

const words = process.argv.slice(2);
if (words[0] === 'cluster') {
  const { runClusterCommand } = await import('./cli/cluster-command.ts');
  await runClusterCommand(words.slice(1));
} else {
  const commandLine = parseCommandLine(words);
  if (commandLine.action === 'run') {
    const { serve } = await import('./server/serve.ts');
    await serve(commandLine);
  } else {
    process.stdout.write(commandLine.action === 'version' ? `${versionText()}\n` : usageText);
  }
}
