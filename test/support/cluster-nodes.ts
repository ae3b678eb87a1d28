/** What CLUSTER NODES says, line by line. */
export interface NodeLine {
  readonly id: string;
  readonly port: number;
  readonly busPort: number;
  readonly flags: string;
  readonly primaryId: string;
  readonly isLinked: boolean;
  readonly slots: string;
}

export function nodeLines(text: string): NodeLine[] {
  return text.trim().split('\n').map((line) => {
    const [id, address, flags, primaryId, , , , link, ...slots] = line.split(' ') as [string, string, string, string, ...string[]];
    const [, port, busPort] = /:(\d+)@(\d+)/.exec(address) ?? [];
    return { id, port: Number(port), busPort: Number(busPort), flags, primaryId, isLinked: link === 'connected', slots: slots.join(' ') };
  });
}
