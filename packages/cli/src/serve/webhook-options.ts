import { CliError } from '../cli-error.ts'
import type { Config } from '../config/config.ts'

/** The ESPs whose webhooks are taken, with their keys and secrets. */
export type WebhookOptions = NonNullable<Config['webhooks']>

const variables = {
  ses: 'ICLOUD_DELIVERY_SES_TOPICS',
  sendgrid: 'ICLOUD_DELIVERY_SENDGRID_KEY',
  mailgun: 'ICLOUD_DELIVERY_MAILGUN_KEY',
  postmark: 'ICLOUD_DELIVERY_POSTMARK_SECRET',
  sparkpost: 'ICLOUD_DELIVERY_SPARKPOST_SECRET',
} as const

/**
 * Keys and secrets of the environment before those of the configuration; flags have none, as others can see them.
 *
 * @throws CliError `ECONFIG` if there are none
 */
export function webhookOptions(
  configured: WebhookOptions | undefined,
  env: NodeJS.ProcessEnv = process.env,
): WebhookOptions {
  const given = (name: keyof typeof variables): string | undefined => {
    const value = env[variables[name]]
    return value === undefined || value === '' ? undefined : value
  }
  const [ses, sendgrid, mailgun, postmark, sparkpost] = [
    given('ses'),
    given('sendgrid'),
    given('mailgun'),
    given('postmark'),
    given('sparkpost'),
  ]
  const options: WebhookOptions = {
    ...configured,
    ...(ses !== undefined && { ses: { topicArns: ses.split(/[\s,]+/).filter((arn) => arn !== '') } }),
    ...(sendgrid !== undefined && { sendgrid: { publicKey: sendgrid } }),
    ...(mailgun !== undefined && { mailgun: { signingKey: mailgun } }),
    ...(postmark !== undefined && { postmark: { secret: postmark } }),
    ...(sparkpost !== undefined && { sparkpost: { secret: sparkpost } }),
  }
  if (Object.keys(options).length > 0) return options
  throw new CliError(
    'ECONFIG',
    `no ESP is configured: write "webhooks" into the configuration file, or set ${Object.values(variables).join(', ')}`,
  )
}
