/**
 * One answer for all who ask for the same at the same time: many pages do, a few ms after an event. What happens after a
 * question was asked is in no answer to it, so each event lets them all be forgotten.
 */
export class SharedAnswers {
  private readonly ms: number
  private readonly answers = new Map<string, { at: number; answer: Promise<unknown> }>()

  /** @param ms how old an answer may be */
  constructor(ms: number) {
    this.ms = ms
  }

  of<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.answers.get(key)
    const at = performance.now()
    if (known !== undefined && at - known.at < this.ms) return known.answer as Promise<T>
    const answer = ask()
    this.answers.set(key, { at, answer })
    answer.catch(() => this.answers.delete(key))
    return answer
  }

  forget(): void {
    this.answers.clear()
  }
}
