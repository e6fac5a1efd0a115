/** An error for options that cannot be right, with the code that Nodemailer uses for them. */
export function configError(option: string, expected: string, found: unknown): Error & { code: 'ECONFIG' } {
  const shown = typeof found === 'string' || typeof found === 'number' ? JSON.stringify(found) : typeof found
  const error = new Error(`nodemailer-icloud: ${option} has to be ${expected}; found ${shown}`)
  return Object.assign(error, { code: 'ECONFIG' as const })
}
