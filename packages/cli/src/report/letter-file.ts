import type { Letter } from '@icloud-delivery/engine'
import MailComposer from 'nodemailer/lib/mail-composer'

/** What a letter of the form `.eml` needs besides the letter. */
export interface LetterFile {
  /** The address that it is from; left out: the mail program asks. */
  from: string | undefined
  /** Files that go with it, such as the mail that was refused. */
  attachments: readonly string[]
  /** ms since the epoch. */
  date: number
}

/** A letter as a mail that a mail program opens as a draft. */
export async function letterFile(letter: Letter, { from, attachments, date }: LetterFile): Promise<Buffer> {
  const form = letter.urls.length === 0 ? '' : `To be entered at:\n${letter.urls.join('\n')}\n\n`
  const mail = new MailComposer({
    ...(from !== undefined && { from }),
    ...(letter.to !== null && { to: letter.to }),
    subject: letter.subject,
    text: form + letter.text,
    date: new Date(date),
    // Mail programs open it as a draft.
    headers: { 'X-Unsent': '1' },
    attachments: attachments.map((path) =>
      path.toLowerCase().endsWith('.eml') ? { path, contentType: 'message/rfc822' } : { path },
    ),
    disableUrlAccess: true,
  })
  return new Promise((resolve, reject) => {
    mail.compile().build((error, message) => (error ? reject(error) : resolve(message)))
  })
}
