import { expect, test } from 'vitest'
import { asTyped } from './typed-names.ts'

test.each([
  ['ingestLog: timeZone must be an IANA name', '--time-zone must be an IANA name'],
  [
    'appleLetter: ips must be IP addresses',
    '--ip (or "report.ips" in the configuration) must be IP addresses',
  ],
  ['checkMessage: willSign[0].domain must be a domain', '--will-sign must be a domain'],
  [
    'createWebhooks: mailgun.signingKey must be a secret',
    '"webhooks.mailgun.signingKey" in the configuration (or ICLOUD_DELIVERY_MAILGUN_KEY) must be a secret',
  ],
  ['createBounces: relays[0].hosts must be a list', '"relays[0].hosts" in the configuration must be a list'],
  ['release: there is no rule "x"', 'there is no rule "x"'],
  ['whyNot: eventsX must be', 'eventsX must be'],
  ['/var/mail: is a directory', '/var/mail: is a directory'],
  ['policy: rules.x must be a list', 'policy: rules.x must be a list'],
])('%s', (message, typed) => {
  expect(asTyped(message)).toBe(typed)
})
