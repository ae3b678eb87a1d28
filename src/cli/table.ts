/**
 * Text for a terminal: words with styles, and tables of them. One column of a table may stretch over what its line
 * leaves free, so its cells are made when its width is known. Every character counts as one place.
 */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue';

/** Puts a style around text; where there are no colours it gives the text back. */
export type Paint = (style: Style, text: string) => string;

export type Part = string | readonly [style: Style, text: string];
export type Cell = Part | readonly Part[];
export type StretchCell = Cell | ((width: number) => Cell);

export interface Column {
  readonly title: StretchCell;
  readonly align?: 'right';
  /** Least and most places of the column that stretches. */
  readonly stretch?: readonly [min: number, max: number];
}

const indent = '  ';
const gap = '  ';

/** The lines, without blanks at their ends. A row may be shorter than the columns. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly StretchCell[])[], width: number, paint: Paint): string[] {
  const titles = columns.map(({ title }): StretchCell => (typeof title === 'string' ? ['dim', title] : title));
  const fixed = columns.map(({ stretch }, at) => (stretch === undefined ? Math.max(...[titles, ...rows].map((row) => widthOf(fill(row[at] ?? '', 0)))) : 0));
  const used = indent.length + gap.length * (columns.length - 1) + fixed.reduce((sum, value) => sum + value, 0);
  const widths = fixed.map((value, at) => {
    const [min, max] = columns[at]!.stretch ?? [value, value];
    return Math.max(min, Math.min(max, columns[at]!.stretch === undefined ? value : width - used));
  });
  return [titles, ...rows].map((row) => {
    const cells = row.map((cell, at) => pad(fill(cell, widths[at]!), widths[at]!, columns[at]!.align));
    return paintParts([indent, ...cells.flatMap((cell, at) => (at === 0 ? cell : [gap, ...cell]))], paint);
  });
}

/** The parts in a row, painted; blanks at the end are left out. */
export function paintParts(parts: readonly Part[], paint: Paint): string {
  const last = parts.findLastIndex((part) => textOf(part).trim() !== '');
  return parts.slice(0, last + 1).map((part, at) => {
    const text = at === last ? textOf(part).trimEnd() : textOf(part);
    return typeof part === 'string' || text === '' ? text : paint(part[0], text);
  }).join('');
}

function fill(cell: StretchCell, width: number): readonly Part[] {
  const made = typeof cell === 'function' ? cell(width) : cell;
  return isPart(made) ? [made] : made;
}

const styles: readonly string[] = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan', 'magenta', 'blue'] satisfies readonly Style[];

function isPart(cell: Cell): cell is Part {
  return typeof cell === 'string' || (cell.length === 2 && typeof cell[0] === 'string' && typeof cell[1] === 'string' && styles.includes(cell[0]));
}

function pad(parts: readonly Part[], width: number, align: Column['align']): readonly Part[] {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(parts)));
  return align === 'right' ? [blanks, ...parts] : [...parts, blanks];
}

function widthOf(parts: readonly Part[]): number {
  return parts.reduce((width, part) => width + textOf(part).length, 0);
}

function textOf(part: Part): string {
  return typeof part === 'string' ? part : part[1];
}
