import { filled, roomOf, sunk, waitOf, type Level, type Pace } from './level.ts'

/** This process's part of a lane's rate. */
export class LocalRate {
  private pace: Pace | null = null
  private level: Level | undefined

  /** @param rate messages a second; `null`: no limit */
  set(rate: number | null): void {
    // A second of it may go at once.
    this.pace = rate === null ? null : { intervalMs: 1000 / rate, burst: Math.max(1, rate) }
  }

  hasRoom(now: number): boolean {
    return this.pace === null || roomOf(sunk(this.level, this.pace, now), this.pace) > 0
  }

  /** ms until there is room. */
  waitMs(now: number): number {
    return this.pace === null ? 0 : waitOf(sunk(this.level, this.pace, now), this.pace)
  }

  count(messages: number, now: number): void {
    if (this.pace !== null) this.level = filled(sunk(this.level, this.pace, now), messages)
  }
}
