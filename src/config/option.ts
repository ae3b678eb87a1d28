/**
 * What an option is: one row of the table from which file parsing, CONFIG GET, CONFIG SET, CONFIG REWRITE,
 * the start-up warnings and the check of cluster.conf follow.
 *
 * A value is parsed from the words after the directive (a file line, or a CONFIG SET value, which is one word
 * unless the option is variadic). `format` is CONFIG GET's text; two values are equal when their texts are.
 */
export interface Option<Value> extends Required<Omit<Traits<Value>, 'check' | 'adjust' | 'unused'>> {
  readonly fallback: Value;
  /** Takes any number of words; CONFIG SET splits its value at single blanks. */
  readonly variadic: boolean;
  /** The values it takes, as the manual says it: `0 to 65535`. */
  readonly domain: string;
  /** Why setting it changes nothing here. */
  readonly unused: string | undefined;
  /** Throws OptionError with the reason in Redis's words. */
  parse(words: readonly string[], context: ParseContext<Value>): Value;
  format(value: Value): string;
  /** The file lines, without the name, that set `value`. */
  lines(value: Value): readonly OptionLine[];
  /** Tells which of several lines of a file a set of words belongs to. */
  lineKey(words: readonly string[]): string;
}

export interface Traits<Value> {
  readonly aliases?: readonly string[];
  /** CONFIG SET refuses it. */
  readonly immutable?: boolean;
  /** CONFIG SET needs enable-protected-configs. */
  readonly isProtected?: boolean;
  /** Must not be shown in slow log or monitor. */
  readonly sensitive?: boolean;
  /** CONFIG GET shows it by its exact name only. */
  readonly hidden?: boolean;
  readonly denyLoading?: boolean;
  /** CONFIG REWRITE writes it even at its default. */
  readonly alwaysWritten?: boolean;
  /** Accepted without effect: the reason, for the warning. */
  readonly unused?: string;
  /** Returns the reason why a well-formed value is refused. */
  readonly check?: (value: Value) => string | undefined;
  /** Moves an accepted value to the nearest one that is used. */
  readonly adjust?: (value: Value) => Value;
}

export interface ParseContext<Value> {
  readonly current: Value;
  /** The first line of its name in this load; always true for CONFIG SET. */
  readonly isFirst: boolean;
  /** What relative paths start from. */
  readonly directory: string;
}

export interface OptionLine {
  readonly key: string;
  readonly text: string;
  readonly isDefault: boolean;
}

/** A value was refused; the message is the reason, without the name of the option. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

interface Shape<Value> {
  readonly fallback: Value;
  readonly domain: string;
  readonly variadic?: boolean;
  readonly parse: (words: readonly string[], context: ParseContext<Value>) => Value;
  readonly format: (value: Value) => string;
  /** The text after the name in a file; CONFIG GET's text unless given. */
  readonly fileText?: (value: Value) => string;
  readonly lines?: (value: Value) => readonly OptionLine[];
  readonly lineKey?: (words: readonly string[]) => string;
}

/** Completes a row from what its kind says and what is special about it. */
export function defineOption<Value>(shape: Shape<Value>, traits: Traits<Value>): Option<Value> {
  const { fallback, domain, format, variadic = false, lineKey = () => '' } = shape;
  const fileText = shape.fileText ?? format;
  const fallbackText = format(fallback);
  return {
    fallback,
    domain,
    variadic,
    aliases: traits.aliases ?? [],
    immutable: traits.immutable ?? false,
    isProtected: traits.isProtected ?? false,
    sensitive: traits.sensitive ?? false,
    hidden: traits.hidden ?? false,
    denyLoading: traits.denyLoading ?? false,
    alwaysWritten: traits.alwaysWritten ?? false,
    unused: traits.unused,
    format,
    lineKey,
    lines: shape.lines
      ?? ((value) => [{ key: '', text: fileText(value), isDefault: format(value) === fallbackText }]),
    parse(words, context) {
      if (!variadic && words.length !== 1) throw new OptionError('wrong number of arguments');
      if (words.some((word) => word.includes('\uFFFD'))) throw new OptionError('argument is not valid UTF-8');
      const value = shape.parse(words, context);
      const reason = traits.check?.(value);
      if (reason !== undefined) throw new OptionError(reason);
      return traits.adjust?.(value) ?? value;
    },
  };
}
