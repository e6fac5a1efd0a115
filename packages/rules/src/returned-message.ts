/** How mail software announces the copy of our own message at the end of a bounce: by MIME type, or in words. */
export const announcements: readonly RegExp[] = [
  /[\r\n]content-type: ?(?:message\/(?:rfc822|global)(?![a-z-])|text\/rfc822-headers)/i,
  /[\r\n][- ]{0,9}this is a copy of (?:the|your) message/i,
  /[\r\n][- ]{0,9}below this line is a copy of the message/i,
  /[\r\n][- ]{0,9}original message (?:follows|headers|-)/i,
]

/**
 * A bounce without the copy of our own message that it returns. Subject and body are ours, or a stranger's who filled
 * in a form of ours, and must not speak for the answering host.
 */
export function withoutReturnedMessage(bounce: string): string {
  let report = bounce
  for (const announcement of announcements) {
    const at = report.search(announcement)
    if (at >= 0) report = report.slice(0, at)
  }
  return report
}
