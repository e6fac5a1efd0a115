import { nodemailerAdapter } from '@payloadcms/email-nodemailer'
import nodemailer from 'nodemailer'
import { withIcloud, type IcloudOptions } from 'nodemailer-icloud'

/** The `email` of a Payload configuration: `buildConfig({ email: emailAdapter(...) })`. */
export function emailAdapter(
  smtp: { host: string; port: number },
  options: IcloudOptions,
): ReturnType<typeof nodemailerAdapter> {
  return nodemailerAdapter({
    defaultFromAddress: 'shop@example.com',
    defaultFromName: 'Shop',
    transport: withIcloud(nodemailer.createTransport(smtp), options),
  })
}
