/** What all attachments of a message may unpack to, bytes: a hundred small bombs are a large one. */
export class Budget {
  private left = 100 * 1024 * 1024
  /** Lines of text that may still be read in attached messages. */
  lines = 50_000

  /** At most so many bytes; fewer if they run out. */
  most(bytes: number): number {
    return Math.min(bytes, this.left)
  }

  spend(bytes: number): void {
    this.left = Math.max(0, this.left - bytes)
  }

  get isSpent(): boolean {
    return this.left === 0
  }
}
