import type { HoldRef } from '@icloud-delivery/engine'
import type { Letter } from './sender.ts'

/** Letters that one hold keeps back, oldest first. */
export interface Line {
  hold: HoldRef
  letters: Letter[]
  /** How many of them have gone. */
  gone: number
  /** The second at which the first of them asks again. */
  asksAt: number
}

/** Letters asked for again in one second once a hold is over: the lane has no room for all of them at once. */
const mostAtOnce = 10

/**
 * Held mail, a line for each hold and stream. Only the first one asks when its time has come, and the others follow if it
 * may go: what one of them is told holds for all.
 */
export class WaitingLines {
  private readonly lines = new Map<string, Line>()
  private nextAt = Infinity
  longest = 0

  get isEmpty(): boolean {
    return this.lines.size === 0
  }

  isDue(second: number): boolean {
    return second >= this.nextAt
  }

  /** Waits at the end of the line of this hold. */
  join(hold: HoldRef, letter: Letter, asksAt: number): void {
    const key = `${hold.scope} ${hold.id} ${letter.stream}`
    let line = this.lines.get(key)
    if (line === undefined) {
      line = { hold, letters: [], gone: 0, asksAt }
      this.lines.set(key, line)
    }
    line.letters.push(letter)
    this.longest = Math.max(this.longest, line.letters.length - line.gone)
    this.nextAt = Math.min(this.nextAt, line.asksAt)
  }

  /** A hold is over: its lines ask at this second. */
  wake({ scope, id }: HoldRef, second: number): void {
    for (const line of this.lines.values()) {
      if (line.hold.scope !== scope || line.hold.id !== id) continue
      line.asksAt = Math.min(line.asksAt, second)
      this.nextAt = Math.min(this.nextAt, second)
    }
  }

  /**
   * Lets ask whose turn it is. `ask` resolves to `null` if the letter is not in this line's way any more, else to the
   * second at which it may ask again.
   */
  async move(second: number, ask: (letter: Letter, hold: HoldRef) => Promise<number | null>): Promise<void> {
    if (!this.isDue(second)) return
    for (const [key, line] of this.lines) {
      if (line.asksAt > second) continue
      await advance(line, second, ask)
      if (line.gone === line.letters.length) this.lines.delete(key)
    }
    this.nextAt = Math.min(Infinity, ...[...this.lines.values()].map(({ asksAt }) => asksAt))
  }
}

async function advance(
  line: Line,
  second: number,
  ask: (letter: Letter, hold: HoldRef) => Promise<number | null>,
): Promise<void> {
  for (let asked = 0; asked < mostAtOnce && line.gone < line.letters.length; asked++) {
    const again = await ask(line.letters[line.gone]!, line.hold)
    if (again !== null) {
      line.asksAt = again
      return
    }
    line.gone++
  }
  // What has gone would keep its memory until the line is empty.
  if (line.gone > 1000 && line.gone * 2 > line.letters.length) {
    line.letters.splice(0, line.gone)
    line.gone = 0
  }
  line.asksAt = second + 1
}
