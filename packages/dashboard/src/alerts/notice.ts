import type { AlertKind } from '@icloud-delivery/engine'

/** One alert, with its evidence. */
export interface AlertItem {
  kind: AlertKind
  /** What it is about: a lane, domain, stream, address, as in the event log. */
  subject: string
  /** ms since the epoch. */
  at: number
  /** One sentence: what is seen and what to do. Holds no remote text. */
  message: string
  rule: string | null
  /** What the rule is called; `null` without one. */
  title: string | null
  /** The first thing to do, of those that the rule names. */
  fix: string | null
  numbers: Readonly<Record<string, number>>
  /** The reply, at most 1,000 characters. Remote text. */
  reply: string | null
  /** Where to ask for a block to be lifted, if the reply names a page. Remote text. */
  url: string | null
}

/** What is sent: alerts that came together, or that are over. */
export interface Notice {
  /** The same for each try, so that a receiver can tell a repetition. */
  id: string
  type: 'alert' | 'resolved'
  /** ms since the epoch. */
  at: number
  alerts: AlertItem[]
}

/** Where notices go. */
export interface AlertTarget {
  /** Tells what waits for it after a restart: has to stay the same. */
  name: string
  /** Resolves when the notice was taken. Whatever it rejects with, it is tried again. */
  send(notice: Notice, signal: AbortSignal): Promise<unknown>
}
