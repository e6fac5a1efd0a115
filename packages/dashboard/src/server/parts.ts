import type { Engine } from '@icloud-delivery/engine'
import type { AlertBook } from '../known/alert-book.ts'
import type { ReplyBook } from '../known/reply-book.ts'
import type { SuppressionBook } from '../known/suppression-book.ts'
import type { EventStreams } from '../live/event-stream.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { CheckedOptions } from '../options.ts'
import type { SharedAnswers } from './shared-answers.ts'
import type { Sessions } from '../security/sessions.ts'

/** What the routes work with. */
export interface Parts {
  readonly engine: Engine
  readonly options: CheckedOptions
  readonly book: SuppressionBook
  readonly replies: ReplyBook
  readonly alerts: AlertBook
  readonly shared: SharedAnswers
  readonly streams: EventStreams
  readonly metrics: Metrics
  /** Of a dashboard that has a token; `null`: somebody else says who may see it. */
  readonly sessions: Sessions | null
}
