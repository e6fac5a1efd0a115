export type { IcloudErrorCode, Failure, OutcomeLists } from './errors.ts'
export {
  IcloudError,
  isExpiredError,
  isHeldError,
  isIcloudError,
  isPreflightError,
  isRefusedError,
  isRetryExhaustedError,
  isSoftBounceError,
  isSuppressedError,
  RejectedError,
} from './errors.ts'
export type { CampaignFinding } from './campaign-findings.ts'
export type { MailFindings } from './host.ts'
export type { CampaignCanary, IcloudSentMessageInfo } from './icloud-transport.ts'
export { icloudTransport, IcloudTransport } from './icloud-transport.ts'
export type { IcloudMailFields } from './mail-fields.ts'
export type { ResolveMx } from './mx-lookup.ts'
export type { LastTry, OutboxEntry, OutboxOutcome, OutboxRecipient } from './outbox/entry.ts'
export type { OutboxErrorCode } from './outbox/outbox-error.ts'
export { isOutboxError, OutboxError } from './outbox/outbox-error.ts'
export type { OutboxKey, OutboxOptions } from './outbox/outbox-options.ts'
export type { Claim, Outbox, OutboxItem, OutboxSize, OutboxView } from './outbox/outbox.ts'
export type { BullmqOutboxOptions } from './outbox/bullmq/bullmq-outbox.ts'
export { bullmqOutbox } from './outbox/bullmq/bullmq-outbox.ts'
export type { OutboxConnection, RedisClientLike } from './outbox/bullmq/outbox-connection.ts'
export { sqliteOutbox } from './outbox/sqlite/sqlite-outbox.ts'
export type { OutboxWorker } from './outbox/worker/outbox-worker.ts'
export type {
  OnOutcome,
  OutboxDeath,
  OutboxEvents,
  OutboxReport,
  OutboxRetry,
} from './outbox/worker/report.ts'
export { startOutboxWorker } from './outbox/worker/start-outbox-worker.ts'
export type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
export type { IcloudOptions, NameOf } from './options.ts'
export type { PreflightCheck, PreflightFinding, PreflightOption } from './preflight.ts'
export type { IcloudInfo } from './result.ts'
export type { ReturnPathOption } from './return-path.ts'
export type { Timers } from './timers.ts'
export type { BullMQJob } from './to-bullmq-error.ts'
export { toBullMQError } from './to-bullmq-error.ts'
export type { OnUndelivered, UndeliveredCause, UndeliveredVerdict } from './undelivered.ts'
export { withIcloud } from './with-icloud.ts'
export type { IcloudInfoOf, TransporterLike, WithIcloud } from './with-icloud.ts'
