/** A command as a client sends it: an array of bulk strings; every word is latin1. */
export function frame(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
