/** The encodings of sorted sets, as OBJECT ENCODING names them. */
export const SortedSetEncoding = { listpack: 0, skiplist: 1 } as const;

export const sortedSetEncodingNames: readonly string[] = ['listpack', 'skiplist'];
