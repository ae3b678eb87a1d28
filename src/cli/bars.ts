/** Bars of characters: which part of the slots a node has, and how much of a whole something is. */
import { SLOT_COUNT } from '../base/crc16.ts';
import type { SlotRange } from './slot-ranges.ts';
import type { Part, Style } from './table.ts';

const nothing = '·';
/** A place of which less than half is taken, at least half, all. */
const [little, much, all] = ['░', '▓', '█'];

/** All slots from left to right, those of `ranges` filled. */
export function slotBar(ranges: readonly SlotRange[], width: number, style: Style): Part[] {
  return joined(Array.from({ length: width }, (_, place): Part => {
    const [from, to] = [place, place + 1].map((edge) => Math.round((edge * SLOT_COUNT) / width)) as [number, number];
    const taken = ranges.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(to, end + 1) - Math.max(from, start)), 0);
    if (taken === 0) return ['dim', nothing];
    if (taken === to - from) return [style, all];
    return [style, taken * 2 < to - from ? little : much];
  }));
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** `part` of 0 to 1 as a bar from the left, and in per cent. */
export function shareBar(part: number, width: number, style: Style): Part[] {
  const percent = `${Math.round(part * 100)}%`.padStart(5);
  const steps = Math.round(part * (width - percent.length) * 8);
  const bar = all.repeat(Math.floor(steps / 8)) + eighths[steps % 8]!;
  return [[style, bar], ' '.repeat(width - percent.length - bar.length), percent];
}

/** Neighbours of one style become one part. */
function joined(parts: readonly Part[]): Part[] {
  const result: [Style, string][] = [];
  for (const [style, text] of parts as readonly (readonly [Style, string])[]) {
    const last = result.at(-1);
    if (last?.[0] === style) last[1] += text;
    else result.push([style, text]);
  }
  return result;
}
