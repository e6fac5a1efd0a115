/**
 * A transporter passes on each `error` of its transport, such as of a token that cannot be had, and one that nobody listens to ends
 * the process. The mail that it is about fails with it anyway, and the log has it.
 *
 * @param given a transporter or a transport
 */
export function noFatalError(given: unknown): void {
  const { on } = (given ?? {}) as { on?: unknown }
  if (typeof on === 'function') on.call(given, 'error', () => {})
}
