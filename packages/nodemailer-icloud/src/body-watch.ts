import type { MessageLike } from './nodemailer-shapes.ts'

/**
 * Watches whether the bytes of a message are read to the end, by the way that Nodemailer offers for processing them. The
 * bytes stay as they are, and nothing is done for each of them.
 *
 * @returns a function that tells it; `null` if the message cannot be watched so
 */
export function watchBody(message: MessageLike): (() => boolean) | null {
  if (typeof message.processFunc !== 'function') return null
  let stream: { readonly readableEnded: boolean } | undefined
  let read = false
  const isRead = () => (read ||= stream?.readableEnded === true)
  message.processFunc((input) => {
    isRead()
    stream = input
    return input
  })
  return isRead
}
