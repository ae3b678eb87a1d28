/** Nodes that were forgotten: for a while gossip does not bring them back, so that every node can be told to forget. */
import type { CoreContext } from './context.ts';

export function blacklist(core: CoreContext, id: string): void {
  core.blacklist.set(id, core.nowMs + core.settings.blacklistTtlMs);
}

export function isBlacklisted(core: CoreContext, id: string): boolean {
  dropOld(core);
  return core.blacklist.has(id);
}

export function dropOld({ blacklist: listed, nowMs }: CoreContext): void {
  for (const [id, untilMs] of listed) if (untilMs < nowMs) listed.delete(id);
}
