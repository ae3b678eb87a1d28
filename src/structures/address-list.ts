/** A growable list of arena addresses that is filled and cleared again and again. */
export class AddressList {
  #items = new Int32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The address at `index`, which is below `length`. */
  at(index: number): number {
    return this.#items[index]!;
  }

  push(addr: number): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[this.#length++] = addr;
  }

  /** Empties the list and keeps its memory. */
  clear(): void {
    this.#length = 0;
  }

  #grow(): void {
    const items = new Int32Array(this.#length * 2);
    items.set(this.#items);
    this.#items = items;
  }
}
