export type { IcloudErrorCode, Failure, OutcomeLists } from './errors.ts'
export {
  IcloudError,
  isExpiredError,
  isHeldError,
  isIcloudError,
  isRefusedError,
  isRetryExhaustedError,
  isSoftBounceError,
  isSuppressedError,
  RejectedError,
} from './errors.ts'
export type { IcloudSentMessageInfo } from './icloud-transport.ts'
export { icloudTransport, IcloudTransport } from './icloud-transport.ts'
export type { IcloudMailFields } from './mail-fields.ts'
export type { ResolveMx } from './mx-lookup.ts'
export type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
export type { IcloudOptions, NameOf } from './options.ts'
export type { IcloudInfo } from './result.ts'
export type { Timers } from './timers.ts'
export type { BullMQJob } from './to-bullmq-error.ts'
export { toBullMQError } from './to-bullmq-error.ts'
export type { OnUndelivered, UndeliveredCause, UndeliveredVerdict } from './undelivered.ts'
export { withIcloud } from './with-icloud.ts'
export type { IcloudInfoOf, TransporterLike, WithIcloud } from './with-icloud.ts'
