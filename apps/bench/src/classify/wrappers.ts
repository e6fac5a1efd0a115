/** A form in which a reply reaches those who want to know what it means. */
export type Wrapper = (reply: string) => string

const host = 'mx01.mail.icloud.com'

/** As the server sends it, over several lines, each with the codes. */
function onSeveralLines(reply: string): string {
  const [, codes, text] = /^(\d{3}(?: \d\.\d\.\d)?) (.+)$/s.exec(reply) ?? []
  if (codes === undefined || text === undefined) return reply
  const words = text.split(' ')
  const third = Math.ceil(words.length / 3)
  const lines = [0, 1, 2].map((part) => words.slice(part * third, (part + 1) * third).join(' '))
  return lines
    .filter((line) => line !== '')
    .map(
      (line, index, all) => `${index < all.length - 1 ? codes.replace(/^(\d{3}) ?/, '$1-') : codes} ${line}`,
    )
    .join('\r\n')
}

/** The field of a delivery status notification, folded. */
function diagnosticCode(reply: string): string {
  const folded = reply.replace(/(.{40,60}) /g, '$1\r\n    ')
  return `Remote-MTA: dns; ${host}\r\nDiagnostic-Code: smtp; ${folded}`
}

/**
 * How often replies come in which form: most are bare, as Haraka and Nodemailer hand them over, a fifth is in the logs
 * and bounces of other mail software. `user` and runs of eight zeros in them are made unique later.
 */
export const wrappers: readonly { share: number; wrap: Wrapper }[] = [
  { share: 0.66, wrap: (reply) => reply },
  { share: 0.1, wrap: onSeveralLines },
  {
    share: 0.08,
    wrap: (reply) =>
      `4F00000000: to=<user@icloud.com>, relay=${host}[192.0.2.25]:25, delay=1.3, delays=0.1/0/0.7/0.5, dsn=5.0.0, status=bounced (host ${host}[192.0.2.25] said: ${reply} (in reply to RCPT TO command))`,
  },
  {
    share: 0.05,
    wrap: (reply) =>
      `2026-09-30 11:02:13 1sv00000000-Aa ** user@icloud.com R=dnslookup T=remote_smtp H=${host} [192.0.2.25]: SMTP error from remote mail server after RCPT TO:<user@icloud.com>: ${reply}`,
  },
  {
    share: 0.03,
    wrap: (reply) =>
      `[NOTICE] [00000000-61D4-4B1F-9C3E-2A7F0D1B5E11.1.1] [outbound] delivered file=1727690533 domain="icloud.com" host="${host}" ip="192.0.2.25" response="${reply}"`,
  },
  { share: 0.05, wrap: diagnosticCode },
  { share: 0.01, wrap: (reply) => `Can't send mail - all recipients were rejected: ${reply}` },
  { share: 0.02, wrap: (reply) => reply.toUpperCase() },
]
