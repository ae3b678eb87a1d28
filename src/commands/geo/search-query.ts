/**
 * The arguments of the geo searches: GEOSEARCH and GEOSEARCHSTORE, which name their center and shape
 * by options, and GEORADIUS and GEORADIUSBYMEMBER, which have them in fixed places. They are judged
 * in Redis's order; an absent source is found out last.
 */
import { wordBytes } from '../../protocol/ascii.ts';
import * as errors from '../../protocol/errors.ts';
import { GeoBox, GeoCircle, type GeoPoint, GeoPolygon, type GeoShape } from '../../structures/geo/geo-shape.ts';
import type { Call } from '../call.ts';
import { readDouble, readPosition, readUnit, refuse } from './geo-arguments.ts';

export interface SearchStyle {
  /** Where the center is found. */
  readonly center: 'options' | 'coordinates' | 'member';
  /** Argument index of the sorted set. */
  readonly source: number;
  /** What may be stored: nothing, by an option, or always, under argument 1. */
  readonly store: 'never' | 'option' | 'always';
}

export interface SearchQuery {
  /** Undefined only if there is no source. */
  readonly shape: GeoShape | undefined;
  /** What distances are told in. */
  readonly unitMeters: number;
  readonly order: 'none' | 'ascending' | 'descending';
  /** 0: all. */
  readonly count: number;
  readonly isAnyEnough: boolean;
  readonly withDistance: boolean;
  readonly withHash: boolean;
  readonly withPosition: boolean;
  /** Argument index of the destination; 0 for none. */
  readonly destination: number;
  readonly storesDistance: boolean;
}

/** The position of the member that argument `i` names, or undefined. */
export type Locate = (i: number) => GeoPoint | undefined;

type SizedShape = (center: GeoPoint) => GeoShape;

const word = (text: string): Uint8Array => wordBytes(text);
const words = {
  withDistance: word('withdist'), withHash: word('withhash'), withPosition: word('withcoord'), any: word('any'), ascending: word('asc'),
  descending: word('desc'), count: word('count'), store: word('store'), storeDistance: word('storedist'), fromMember: word('frommember'),
  fromPosition: word('fromlonlat'), byRadius: word('byradius'), byBox: word('bybox'), byPolygon: word('bypolygon'),
};
const verticesMin = 3;
const int32Max = 2 ** 31 - 1;

/** `locate` is undefined if there is no source. Undefined: the call has been answered with an error. */
export function readSearch(call: Call, style: SearchStyle, locate: Locate | undefined): SearchQuery | undefined {
  const reader = new SearchReader(call, style, locate);
  return reader.readFixed() && reader.readOptions() && reader.judge() ? reader.query() : undefined;
}

class SearchReader {
  readonly #call: Call;
  readonly #style: SearchStyle;
  readonly #locate: Locate | undefined;
  #at: number;
  #center: GeoPoint | undefined;
  /** The option that gave the center, even if there is no source to find a member in. */
  #centerOption: 'member' | 'position' | undefined;
  #shapeOption: 'radius' | 'box' | 'polygon' | undefined;
  #sized: SizedShape | undefined;
  #unitMeters = 1;
  #order: SearchQuery['order'] = 'none';
  #count = 0;
  #isAnyEnough = false;
  #withDistance = false;
  #withHash = false;
  #withPosition = false;
  #destination: number;
  #storesDistance = false;

  constructor(call: Call, style: SearchStyle, locate: Locate | undefined) {
    this.#call = call;
    this.#style = style;
    this.#locate = locate;
    this.#at = style.source + 1;
    this.#destination = style.store === 'always' ? 1 : 0;
  }

  /** The center and radius of the older commands. */
  readFixed(): boolean {
    const { center } = this.#style;
    if (center === 'options') return true;
    const first = this.#at;
    this.#at += center === 'coordinates' ? 4 : 3;
    if (center === 'coordinates') return this.#fromPosition(first) && this.#byRadius(first + 2);
    return this.#locate === undefined || (this.#fromMember(first) && this.#byRadius(first + 1));
  }

  readOptions(): boolean {
    while (this.#at < this.#call.argc) {
      const first = this.#at++;
      if (!(this.#readFlag(first) || this.#readValued(first))) return false;
    }
    return true;
  }

  /** What does not go together. */
  judge(): boolean {
    const call = this.#call;
    const isSearch = this.#style.center === 'options';
    const hasDetails = this.#withDistance || this.#withHash || this.#withPosition;
    if (this.#destination !== 0 && hasDetails) return this.#refuse(errors.storesNoDetails(isSearch ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS'));
    const isPolygon = this.#shapeOption === 'polygon';
    if (isSearch && this.#centerOption === undefined && !isPolygon) return this.#refuse(errors.oneCenterNeeded(call.latin1(0)));
    if (isSearch && this.#shapeOption === undefined) return this.#refuse(errors.oneShapeNeeded(call.latin1(0)));
    return this.#isAnyEnough && this.#count === 0 ? this.#refuse(errors.anyNeedsCount) : true;
  }

  query(): SearchQuery {
    // Some few results without an order would be arbitrary ones: the nearest are meant.
    const order = this.#order === 'none' && this.#count > 0 && !this.#isAnyEnough ? 'ascending' : this.#order;
    return {
      shape: this.#locate === undefined ? undefined : this.#sized!(this.#center ?? { longitude: 0, latitude: 0 }), unitMeters: this.#unitMeters, order, count: this.#count, isAnyEnough: this.#isAnyEnough,
      withDistance: this.#withDistance, withHash: this.#withHash, withPosition: this.#withPosition,
      destination: this.#destination, storesDistance: this.#storesDistance,
    };
  }

  /** Options without a value. False: it is none of them. */
  #readFlag(i: number): boolean {
    const call = this.#call;
    if (call.is(i, words.withDistance)) this.#withDistance = true;
    else if (call.is(i, words.withHash)) this.#withHash = true;
    else if (call.is(i, words.withPosition)) this.#withPosition = true;
    else if (call.is(i, words.any)) this.#isAnyEnough = true;
    else if (call.is(i, words.ascending)) this.#order = 'ascending';
    else if (call.is(i, words.descending)) this.#order = 'descending';
    else if (this.#style.store === 'always' && call.is(i, words.storeDistance)) this.#storesDistance = true;
    else return false;
    return true;
  }

  /** Options with values. False: the call has been answered. */
  #readValued(i: number): boolean {
    const call = this.#call;
    if (call.is(i, words.count) && this.#has(1)) return this.#readCount(this.#take(1));
    if (this.#style.store === 'option' && this.#has(1)) {
      const isDistance = call.is(i, words.storeDistance);
      if (isDistance || call.is(i, words.store)) return this.#readStore(this.#take(1), isDistance);
    }
    if (this.#style.center === 'options') {
      if (call.is(i, words.fromMember) && this.#has(1) && this.#mayBeFrom('member')) return this.#readMember(this.#take(1));
      if (call.is(i, words.fromPosition) && this.#has(2) && this.#mayBeFrom('position')) return this.#readPosition(this.#take(2));
      if (call.is(i, words.byRadius) && this.#has(2) && this.#mayBeBy('radius')) return this.#byRadius(this.#take(2));
      if (call.is(i, words.byBox) && this.#has(3) && this.#mayBeBy('box')) return this.#byBox(this.#take(3));
      if (call.is(i, words.byPolygon) && this.#has(2) && this.#mayBeBy('polygon')) return this.#byPolygon();
    }
    return this.#refuse(errors.syntax);
  }

  #has(count: number): boolean {
    return this.#at + count <= this.#call.argc;
  }

  /** The index of the next `count` arguments, which are passed over. */
  #take(count: number): number {
    const first = this.#at;
    this.#at += count;
    return first;
  }

  #mayBeFrom(option: 'member' | 'position'): boolean {
    return this.#shapeOption !== 'polygon' && (this.#centerOption ?? option) === option;
  }

  #mayBeBy(option: 'radius' | 'box' | 'polygon'): boolean {
    if (option === 'polygon' && this.#centerOption !== undefined) return false;
    return (this.#shapeOption ?? option) === option;
  }

  #readCount(i: number): boolean {
    const count = this.#call.int(i);
    if (Number.isNaN(count)) return this.#refuse(errors.notInteger);
    if (count <= 0) return this.#refuse(errors.geoCountNotPositive);
    this.#count = count;
    return true;
  }

  #readStore(i: number, storesDistance: boolean): boolean {
    this.#destination = i;
    this.#storesDistance = storesDistance;
    return true;
  }

  #readMember(i: number): boolean {
    this.#centerOption = 'member';
    return this.#locate === undefined || this.#fromMember(i);
  }

  #readPosition(i: number): boolean {
    this.#centerOption = 'position';
    return this.#fromPosition(i);
  }

  #fromMember(i: number): boolean {
    this.#center = this.#locate!(i);
    return this.#center === undefined ? this.#refuse(errors.memberNotDecoded) : true;
  }

  #fromPosition(i: number): boolean {
    this.#center = readPosition(this.#call, i);
    return this.#center !== undefined;
  }

  #byRadius(i: number): boolean {
    const radius = readDouble(this.#call, i, errors.radiusNotNumeric);
    if (radius === undefined) return false;
    if (radius < 0) return this.#refuse(errors.radiusNegative);
    return this.#by('radius', readUnit(this.#call, i + 1), (unitMeters) => (center) => new GeoCircle(center, radius * unitMeters));
  }

  #byBox(i: number): boolean {
    const width = readDouble(this.#call, i, errors.widthNotNumeric);
    const height = width === undefined ? undefined : readDouble(this.#call, i + 1, errors.heightNotNumeric);
    if (width === undefined || height === undefined) return false;
    if (width < 0 || height < 0) return this.#refuse(errors.boxNegative);
    return this.#by('box', readUnit(this.#call, i + 2), (unitMeters) => (center) => new GeoBox(center, width, height, unitMeters));
  }

  #byPolygon(): boolean {
    const count = this.#call.int(this.#take(1));
    if (!(Math.abs(count) <= int32Max)) return this.#refuse(errors.verticesNotInteger);
    if (count < verticesMin || !this.#has(2 * count)) return this.#refuse(errors.tooFewVertices);
    const vertices: GeoPoint[] = [];
    for (let i = 0; i < count; i++) {
      const vertex = readPosition(this.#call, this.#take(2));
      if (vertex === undefined) return false;
      vertices.push(vertex);
    }
    return this.#by('polygon', 1, () => () => new GeoPolygon(vertices));
  }

  #by(option: 'radius' | 'box' | 'polygon', unitMeters: number | undefined, sized: (unitMeters: number) => SizedShape): boolean {
    if (unitMeters === undefined) return false;
    this.#shapeOption = option;
    this.#unitMeters = unitMeters;
    this.#sized = sized(unitMeters);
    return true;
  }

  #refuse(error: string): false {
    refuse(this.#call, error);
    return false;
  }
}
