import { onlyOptions } from '../only-options.ts'
import { argument, checkTime } from '../subject.ts'

/**
 * That an outcome is told by something else than the attempt itself: a bounce message, a webhook, a line of a log. The hop of
 * the request is not looked at then.
 */
export interface Late {
  /**
   * Tells this report from all others: it counts once, whoever tells it how often and in how many processes, as it is
   * remembered in the same write. 1 to 1,000 characters. Default: none, each report counts.
   */
  id?: string
  /**
   * How long the id is remembered at least, ms since the epoch. Has to be the same whenever this id is told. Default: 30 days
   * from when it was told first.
   */
  until?: number
  /**
   * When the reply was given, ms since the epoch; what is later than now counts as now. A reply of more than 10 minutes ago
   * counts as of then and for its recipient alone; one of more than 366 days ago not at all. Default: now.
   */
  at?: number
  /**
   * Whom it may count for. `recipient`: the recipient alone, and no IP, domain, stream, lane, incident or rate; that something
   * was delivered is not believed then. `all`: it is as good as an attempt of our own on a direct hop. Default `all`.
   */
  about?: 'recipient' | 'all'
  /**
   * The mailbox that the reply is about, if that is not the recipient's, such as the target of a forwarding: then it is held against
   * nobody. Default: as the words of the reply have it.
   */
  mailbox?: string
  /** Whether the host that sent it has given the message up. False: it goes on trying. Default true. */
  final?: boolean
}

const names: readonly string[] = ['id', 'until', 'at', 'about', 'mailbox', 'final'] satisfies (keyof Late)[]
const longestId = 1000
/** ms. What Apple said before says little about how it takes mail now. */
export const freshMs = 600_000
const oldestMs = 366 * 86_400_000

/** Throws `EARGUMENT` for what cannot be one. */
export function checkLate(call: string, late: unknown): void {
  if (late === undefined) return
  if (typeof late !== 'object' || late === null)
    throw argument(call, 'late', 'an object such as { id, at }', late)
  onlyOptions(`${call}: late`, late, names)
  const { id, until, at, about, mailbox, final } = late as Record<keyof Late, unknown>
  if (id !== undefined && !(typeof id === 'string' && id !== '' && id.length <= longestId))
    throw argument(call, 'late.id', `a string of 1 to ${longestId} characters`, id)
  checkTime(call, 'late.until', until)
  checkTime(call, 'late.at', at)
  if (about !== undefined && about !== 'recipient' && about !== 'all')
    throw argument(call, 'late.about', "'recipient' or 'all'", about)
  if (mailbox !== undefined && typeof mailbox !== 'string')
    throw argument(call, 'late.mailbox', 'an address', mailbox)
  if (final !== undefined && typeof final !== 'boolean')
    throw argument(call, 'late.final', 'true or false', final)
}

/** When it came, ms since the epoch. */
export function timeOf({ at }: Late, now: number): number {
  return Math.min(at ?? now, now)
}

/** Whether nothing but the recipient may change. */
export function isAside(late: Late, now: number): boolean {
  return late.about === 'recipient' || now - timeOf(late, now) > freshMs
}

/** Whether it came so long ago that it says nothing. */
export function isTooOld(late: Late, now: number): boolean {
  return now - timeOf(late, now) > oldestMs
}

/** Whether the message is given up: nobody tries again. */
export function isFinal(late: Late | undefined): boolean {
  return late !== undefined && late.final !== false
}
