import type { InfoLike, MessageLike } from './nodemailer-shapes.ts'

/** Adds the lists that callers may rely on to the info of a mail that was passed on as it was. */
export function completeInfo(info: InfoLike, recipients: readonly string[]): InfoLike {
  const full = Object.isExtensible(info) ? info : { ...info }
  full.accepted ??= [...recipients]
  full.rejected ??= []
  full.pending ??= []
  full['suppressed'] ??= []
  full.rejectedErrors ??= []
  return full
}

/** The same for a mail that its only recipient got. */
export function infoOfOne(info: InfoLike, recipient: string, message: MessageLike): InfoLike {
  const full = Object.isExtensible(info) ? info : { ...info }
  full.envelope ??= message.getEnvelope()
  full.messageId ??= message.messageId()
  full.accepted = [recipient]
  full.rejected = []
  full.pending = []
  full['suppressed'] = []
  full.rejectedErrors = []
  return full
}
