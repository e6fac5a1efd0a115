import Nodemailer, { type NodemailerConfig } from '@auth/core/providers/nodemailer'
import SMTPTransport from 'nodemailer/lib/smtp-transport'
import { icloudTransport, type IcloudOptions } from 'nodemailer-icloud'

/** A provider of Auth.js that sends links to sign in. It makes a transporter around `server` for each mail. */
export function emailProvider(
  smtp: { host: string; port: number },
  options: IcloudOptions,
): NodemailerConfig {
  const server = icloudTransport(new SMTPTransport(smtp), options)
  return Nodemailer({ server, from: 'Shop <shop@example.com>' })
}
