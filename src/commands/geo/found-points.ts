/**
 * What a geo search has found: members with their scores, positions and distances, by the hundred
 * thousand if need be, so in arrays that are kept from one search to the next.
 */
import { ByteStrings } from '../../structures/byte-strings.ts';
import { sortPart } from '../../structures/partial-sort.ts';

const roomCount = 256;
/** More than this is given back. */
const keptCount = 65_536;
const fieldCount = 4;
const [scoreField, longitudeField, latitudeField, metersField] = [0, 1, 2, 3];

export class FoundPoints {
  readonly members = new ByteStrings();
  #fields = new Float64Array(roomCount * fieldCount);

  get length(): number {
    return this.members.length;
  }

  add(score: number, longitude: number, latitude: number, meters: number, bytes: Uint8Array, offset: number, length: number): void {
    const at = this.members.length * fieldCount;
    if (at === this.#fields.length) this.#grow();
    const fields = this.#fields;
    fields[at + scoreField] = score;
    fields[at + longitudeField] = longitude;
    fields[at + latitudeField] = latitude;
    fields[at + metersField] = meters;
    this.members.add(bytes, offset, length);
  }

  score(i: number): number {
    return this.#fields[i * fieldCount + scoreField]!;
  }

  longitude(i: number): number {
    return this.#fields[i * fieldCount + longitudeField]!;
  }

  latitude(i: number): number {
    return this.#fields[i * fieldCount + latitudeField]!;
  }

  meters(i: number): number {
    return this.#fields[i * fieldCount + metersField]!;
  }

  /** The numbers of the points in order of their distances, the first `wanted` of them at least. */
  byDistance(isAscending: boolean, wanted: number): number[] {
    const nearFirst = (i: number, j: number): number => {
      const [a, b] = [this.meters(i), this.meters(j)];
      return a > b ? 1 : a === b ? 0 : -1;
    };
    const farFirst = (i: number, j: number): number => {
      const [a, b] = [this.meters(i), this.meters(j)];
      return a > b ? -1 : a === b ? 0 : 1;
    };
    const compare = isAscending ? nearFirst : farFirst;
    const order = this.asFound();
    if (wanted === order.length) return order.toSorted(compare);
    sortPart(order, compare, 0, wanted - 1);
    return order;
  }

  asFound(): number[] {
    return Array.from({ length: this.length }, (_, i) => i);
  }

  clear(): void {
    this.members.clear();
    if (this.#fields.length > keptCount * fieldCount) this.#fields = new Float64Array(roomCount * fieldCount);
  }

  #grow(): void {
    const fields = new Float64Array(this.#fields.length * 2);
    fields.set(this.#fields);
    this.#fields = fields;
  }
}
