/**
 * The command line, as redis-server takes it: `[file] [--directive value ...]... [-]`. Options become lines that are
 * read after the file and standard input; a word that starts with `--` begins a directive unless the one before
 * still lacks a value.
 */
import { quoteWord, splitWords } from './words.ts';

export type CommandLine =
  | { readonly action: 'version' | 'help' }
  | {
    readonly action: 'run';
    /** As given; relative to the directory of the start. */
    readonly configFile: string | undefined;
    readonly readsStandardInput: boolean;
    readonly lines: readonly string[];
  };

/** `argv`: the arguments after the program's name. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const [first] = argv;
  if (first === '-v' || first === '--version') return { action: 'version' };
  if (first === '-h' || first === '--help') return { action: 'help' };
  const configFile = first !== undefined && !first.startsWith('-') ? first : undefined;
  const optionsStart = configFile === undefined ? 0 : 1;
  const isDash = (word: string, index: number): boolean => word === '-' && (index === 0 || index === argv.length - 1);
  return {
    action: 'run',
    configFile,
    readsStandardInput: argv.some(isDash),
    lines: optionLines(argv.filter((word, index) => index >= optionsStart && !isDash(word, index))),
  };
}

function optionLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  let wantsValue = false;
  for (const [index, word] of words.entries()) {
    if (word.startsWith('--') && !wantsValue) {
      const name = word.slice(2);
      wantsValue = splitWords(word)?.length === 1;
      const isEmptySave = wantsValue && name.toLowerCase() === 'save' && (words[index + 1] ?? '--').startsWith('--');
      if (isEmptySave) wantsValue = false;
      lines.push(isEmptySave ? `${name} ""` : name);
    } else {
      const line = lines.pop();
      lines.push(line === undefined ? quoteWord(word) : `${line} ${quoteWord(word)}`);
      wantsValue = false;
    }
  }
  return lines;
}
