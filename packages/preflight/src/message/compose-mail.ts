import { PreflightError } from '../errors.ts'

interface Composer {
  new (mail: object): { compile(): { build(): Promise<Buffer> } }
}

/**
 * The bytes that Nodemailer would send.
 *
 * @throws PreflightError `EARGUMENT` without Nodemailer, `EINPUT` if it cannot build the mail
 */
export async function composeMail(mail: object): Promise<Buffer> {
  const MailComposer = await loadComposer()
  try {
    const built = await new MailComposer(mail).compile().build()
    // As Nodemailer’s connection does when it sends.
    return Buffer.from(built.toString('latin1').replace(/(?<!\r)\n/g, '\r\n'), 'latin1')
  } catch (error) {
    throw new PreflightError('EINPUT', `Nodemailer cannot build this mail: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** In Nodemailer 7 to 10. No literal, as Nodemailer need not be there. */
const path: string = 'nodemailer/lib/mail-composer/index.js'

async function loadComposer(): Promise<Composer> {
  try {
    const { default: loaded } = (await import(path)) as { default: Composer }
    return loaded
  } catch (error) {
    throw new PreflightError(
      'EARGUMENT',
      'To check a mail object nodemailer is needed: npm install nodemailer',
      {
        cause: error,
      },
    )
  }
}
