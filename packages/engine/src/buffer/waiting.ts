/** Counts how much is buffered, by recipient. */
export class Waiting {
  private readonly counts = new Map<string, number>()

  has(address: string): boolean {
    return this.counts.has(address)
  }

  add(address: string): void {
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1)
  }

  remove(address: string): void {
    const count = this.counts.get(address) ?? 0
    if (count > 1) this.counts.set(address, count - 1)
    else this.counts.delete(address)
  }
}
