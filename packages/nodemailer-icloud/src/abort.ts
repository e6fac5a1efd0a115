/** The error that Nodemailer itself gives for an aborted send. */
export function abortError(signal: AbortSignal | null | undefined): Error & { code: 'EABORT' } {
  const error = new Error('Message sending aborted', { cause: signal?.reason })
  error.name = 'AbortError'
  return Object.assign(error, { code: 'EABORT' as const })
}
