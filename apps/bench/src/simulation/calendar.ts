/** What is due at which second. */
export class Calendar<T> {
  private readonly due = new Map<number, T[]>()

  get isEmpty(): boolean {
    return this.due.size === 0
  }

  has(second: number): boolean {
    return this.due.has(second)
  }

  add(second: number, item: T): void {
    const items = this.due.get(second)
    if (items === undefined) this.due.set(second, [item])
    else items.push(item)
  }

  /** Takes what is due then, in the order in which it was added. */
  take(second: number): readonly T[] {
    const items = this.due.get(second)
    if (items === undefined) return []
    this.due.delete(second)
    return items
  }
}
