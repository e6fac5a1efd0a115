/** The least of many, found fast. */
export class Heap<T> {
  private items: T[] = []
  private readonly isBefore: (a: T, b: T) => boolean

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.isBefore = isBefore
  }

  get size(): number {
    return this.items.length
  }

  get first(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    const { items, isBefore } = this
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      const other = items[above] as T
      if (!isBefore(item, other)) break
      items[at] = other
      at = above
    }
    items[at] = item
  }

  pop(): T | undefined {
    const { items } = this
    const first = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.sink(last, 0)
    return first
  }

  /** Keeps those that pass. */
  keep(test: (item: T) => boolean): void {
    this.items = this.items.filter(test)
    for (let at = (this.items.length >> 1) - 1; at >= 0; at--) this.sink(this.items[at] as T, at)
  }

  private sink(item: T, from: number): void {
    const { items, isBefore } = this
    let at = from
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && isBefore(items[below + 1] as T, items[below] as T)) below++
      if (!isBefore(items[below] as T, item)) break
      items[at] = items[below] as T
      at = below
    }
    items[at] = item
  }
}
