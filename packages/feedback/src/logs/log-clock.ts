/** A time as a log line has it, and where the rest of the line begins. */
export interface Stamp {
  /** ms since the epoch; `null` if the line begins with no time. */
  at: number | null
  /** Index behind the time and the space after it; 0 if there is none. */
  end: number
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|[+-]\d\d:?\d\d))?(?:\s|$)/
const bsd = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s/
const priority = /^<\d{1,3}>/
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayMs = 86_400_000

interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  ms: number
}

/**
 * Makes instants of what logs write.
 *
 * - A time with a zone is taken as it is.
 * - Without a zone it is of the given time zone, by default that of this machine: logs are mostly read where they were
 *   written. In the hour that is repeated in autumn the first of both is taken.
 * - Without a year (syslog's classic form) it is the latest such day that is not more than a day after `reference`, which is
 *   when the file was last written: a log of December that is read in January is of last year.
 */
export class LogClock {
  readonly #timeZone: string | null
  readonly #format: Intl.DateTimeFormat | null
  readonly #offsets = new Map<number, number>()
  #day = { text: '', at: 0 as number | null }
  reference: number

  /**
   * @param timeZone an IANA name or an offset such as `+02:00`; `null`: this machine's
   * @param reference ms since the epoch
   * @throws RangeError for a time zone that there is not
   */
  constructor(timeZone: string | null, reference: number) {
    this.#timeZone = timeZone
    this.reference = reference
    this.#format =
      timeZone === null
        ? null
        : new Intl.DateTimeFormat('en-US', {
            timeZone,
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
          })
  }

  /** Reads the time that a line begins with: ISO 8601 or syslog's `Nov 26 09:12:01`. */
  read(line: string): Stamp {
    const start = line.charCodeAt(0) === 0x3c ? (priority.exec(line)?.[0].length ?? 0) : 0
    const rest = start === 0 ? line : line.slice(start)
    const isIso = isDigit(rest.charCodeAt(0))
    const match = (isIso ? iso : bsd).exec(rest)
    if (match === null) return { at: null, end: start }
    return {
      at: isIso ? this.#isoTime(match) : this.#bsdTime(match),
      end: start + match[0].length,
    }
  }

  #isoTime([, year, month, day, hour, minute, second, fraction, zone]: RegExpExecArray): number | null {
    const wall = {
      year: Number(year),
      month: Number(month) - 1,
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      ms: millis(fraction),
    }
    if (!isDay(wall)) return null
    return zone === undefined ? this.#local(wall) : utc(wall) - offsetOf(zone)
  }

  /** Most lines are of the same hour as the one before. */
  #bsdTime([, name, day, hour, minute, second, fraction]: RegExpExecArray): number | null {
    const text = `${name} ${day} ${hour}`
    if (this.#day.text !== text) this.#day = { text, at: this.#bsdHour(name!, Number(day), Number(hour)) }
    const { at } = this.#day
    const [minutes, seconds] = [Number(minute), Number(second)]
    if (at === null || minutes > 59 || seconds > 60) return null
    return at + minutes * 60_000 + seconds * 1000 + millis(fraction)
  }

  #bsdHour(name: string, day: number, hour: number): number | null {
    const month = months.indexOf(name)
    if (month < 0) return null
    const year = new Date(this.reference + dayMs).getUTCFullYear() + 1
    // Leap days need up to eight years.
    for (let back = 0; back <= 9; back++) {
      const wall = {
        year: year - back,
        month,
        day,
        hour,
        minute: 0,
        second: 0,
        ms: 0,
      }
      if (!isDay(wall)) continue
      const at = this.#local(wall)
      if (at <= this.reference + dayMs) return at
    }
    return null
  }

  #local(wall: Wall): number {
    if (this.#timeZone === null) {
      return new Date(wall.year, wall.month, wall.day, wall.hour, wall.minute, wall.second, wall.ms).getTime()
    }
    const asUtc = utc(wall)
    const before = this.#offsetAt(asUtc - dayMs)
    const at = asUtc - before
    return this.#offsetAt(at) === before ? at : asUtc - this.#offsetAt(asUtc + dayMs)
  }

  /** How far the zone is ahead of UTC, ms. The same for a quarter of an hour. */
  #offsetAt(at: number): number {
    const quarter = Math.floor(at / 900_000)
    const known = this.#offsets.get(quarter)
    if (known !== undefined) return known
    const parts: Record<string, number> = {}
    const instant = quarter * 900_000
    for (const { type, value } of this.#format!.formatToParts(instant)) parts[type] = Number(value)
    const offset =
      Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second) - instant
    if (this.#offsets.size > 1000) this.#offsets.clear()
    this.#offsets.set(quarter, offset)
    return offset
  }
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39
}

function millis(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000)
}

function utc({ year, month, day, hour, minute, second, ms }: Wall): number {
  return Date.UTC(year, month, day, hour, minute, second, ms)
}

/** 60 is a leap second. */
function isDay(wall: Wall): boolean {
  if (wall.hour > 23 || wall.minute > 59 || wall.second > 60) return false
  const date = new Date(Date.UTC(wall.year, wall.month, wall.day))
  return date.getUTCMonth() === wall.month && date.getUTCDate() === wall.day
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000
}
