/**
 * Process titles: text with the variables {title} {listen-addr} {server-mode} {port} {tls-port} {unixsocket}
 * {config-file}; `{{` stands for a brace. A template knows no other variable, and must give some text.
 */
export interface TitleVariables {
  readonly title: string;
  readonly 'listen-addr': string;
  readonly 'server-mode': string;
  readonly port: string;
  readonly 'tls-port': string;
  readonly unixsocket: string;
  readonly 'config-file': string;
}

/** Variables that can be empty, and the program's own name, do not make a title by themselves. */
const sample: TitleVariables = {
  title: '', 'listen-addr': '*:6379', 'server-mode': '', port: '6379', 'tls-port': '0', unixsocket: '', 'config-file': '',
};

export function isTitleTemplate(template: string): boolean {
  return (fillTitle(template, sample) ?? '') !== '';
}

/** The title, without the blanks that empty variables leave at the end; undefined for an invalid template. */
export function fillTitle(template: string, variables: TitleVariables): string | undefined {
  const parts = template.match(/\{\{|\{[^}]*\}?|[^{]+/g) ?? [];
  const filled = parts.map((part) => {
    if (!part.startsWith('{')) return part;
    return part === '{{' ? '{' : variableOf(part, variables);
  });
  return filled.includes(undefined) ? undefined : filled.join('').trimEnd();
}

function variableOf(part: string, variables: TitleVariables): string | undefined {
  const name = /^\{(.*)\}$/s.exec(part)?.[1];
  return name !== undefined && Object.hasOwn(variables, name) ? variables[name as keyof TitleVariables] : undefined;
}
