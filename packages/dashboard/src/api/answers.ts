import type { ImportSummary, Letter, Readers } from '@icloud-delivery/engine'
import type { UnknownReply } from '../known/reply-book.ts'

/** Answer of `GET api/session`. */
export interface SessionAnswer {
  by: string
  readOnly: boolean
  notice: string | null
  /** Seconds of what is called a minute: 60, unless a demo runs faster. */
  minuteSeconds: number
  /** The id of the newest event; the stream goes on behind it. */
  last: number
}

/** Answer of `GET api/unknown`. */
export interface UnknownAnswer {
  replies: (UnknownReply & { issue: { title: string; body: string } })[]
}

/** Answer of an action: how much was changed. */
export interface ActionAnswer {
  done: number
}

/** What went wrong, for a person. */
export interface ErrorAnswer {
  error: { code: string; message: string }
}

export type EngagementAnswer = Readers
export type ReportAnswer = Letter
export type ImportAnswer = ImportSummary
