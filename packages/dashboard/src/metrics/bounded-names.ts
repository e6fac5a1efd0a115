const longest = 100

/** Names as labels: the first ones as they are, all others as `other`. Lanes and streams are named by users. */
export class BoundedNames {
  private readonly names = new Set<string>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  of(name: unknown): string {
    if (typeof name !== 'string' || name.length > longest) return 'other'
    if (!this.names.has(name)) {
      if (this.names.size >= this.most) return 'other'
      this.names.add(name)
    }
    return name
  }
}
