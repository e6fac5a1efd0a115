/** Names that a day has seen; those that come when there are enough are all called `other`. */
export class BoundedNames {
  private names = new Set<string>()
  private day = -Infinity
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  of(name: string, day: number): string {
    if (day !== this.day) {
      this.day = day
      this.names = new Set()
    }
    if (this.names.has(name)) return name
    if (this.names.size >= this.most) return 'other'
    this.names.add(name)
    return name
  }
}
