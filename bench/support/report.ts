/**
 * What a run reports: titled tables and remarks, shown as they come and kept as Markdown for the results file.
 * Columns of figures are aligned right.
 */
export type Cell = string | number;

export class Report {
  readonly #parts: string[] = [];

  section(title: string): void {
    this.#add(`\n## ${title}\n`);
  }

  remark(text: string): void {
    this.#add(`${text}\n`);
  }

  table(headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const cells = [headings, ...rows.map((row) => row.map(String))];
    const widths = headings.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
    const isText = headings.map((_, column) => !rows.every((row) => /^-?\d|^-$/.test(String(row[column]))));
    const line = (row: readonly string[]): string =>
      `| ${row.map((cell, column) => (isText[column] ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
    const rule = `|${widths.map((width, column) => (isText[column] ? `${'-'.repeat(width + 2)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
    this.#add(`${line(headings)}\n${rule}\n${cells.slice(1).map(line).join('\n')}\n`);
  }

  get markdown(): string {
    return this.#parts.join('\n');
  }

  #add(text: string): void {
    console.log(text);
    this.#parts.push(text);
  }
}

/** With as many decimals as three digits need. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

/** `1234567` as `1 234 567`. */
export function grouped(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, ' ') : '-';
}
