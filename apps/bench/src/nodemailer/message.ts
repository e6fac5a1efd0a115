/** Who the mail of a row goes to. */
export type Recipients = 'other' | 'apple'

const paragraph =
  'The new timetable starts on Monday. Trains to the coast leave every half hour and stop at all stations. ' +
  'If you hold a season ticket there is nothing you have to do; it stays valid until the end of the year.'
const text = Array.from({ length: 6 }, () => paragraph).join('\n\n')
const html = `<!doctype html><title>Timetable</title>${Array.from({ length: 12 }, () => `<p style="margin:0 0 1em">${paragraph}</p>`).join('\n')}`

/** A message of about 5 KB, as an application sends it; no two have the same recipient. */
export function messageFor(
  recipients: Recipients,
  serial: number,
): {
  from: string
  to: string
  subject: string
  text: string
  html: string
} {
  const domain = recipients === 'apple' ? 'icloud.com' : `host${serial % 20}.example.com`
  return {
    from: 'Trains <news@example.com>',
    to: `anna${serial}@${domain}`,
    subject: 'Timetable',
    text,
    html,
  }
}
