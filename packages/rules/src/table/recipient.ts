import type { Rule } from '../rule.ts'

export const recipientRules: readonly Rule[] = [
  {
    id: 'invalid-recipient',
    title: 'No such mailbox',
    fault: 'recipient',
    scope: 'recipient',
    disposition: 'suppress',
    codes: [550],
    enhanced: ['5.1.1', '5.1.6'],
    wordings: [
      { keyword: 'user does not exist' },
      { keyword: 'unknown or illegal alias' },
      { keyword: 'user no longer on system' },
      { keyword: 'recipient no longer on server', confidence: 'medium' },
      { keyword: 'user not found' },
    ],
    meaning:
      'The address never existed or was deleted for good. Sending again cannot work and costs reputation.',
    causes: [
      'A typing error at sign-up that nobody confirmed',
      'The account was closed by its owner',
      'A bought, scraped or very old list',
      'A private-relay address that was deleted in the owner’s Apple account',
    ],
    fixes: [
      'Stop sending to the address at once; it is suppressed for you',
      'Confirm each new subscription by a message that has to be answered (double opt-in)',
      'Check addresses while they are typed in at the checkout or in forms, and offer corrections such as iclod.com to icloud.com',
      'Tell whoever looks after the customer when an important contact disappears, so that they can ask for a new address',
      'If many appear in one send, stop it and look where that list came from',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (550.json)',
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
      'https://smtp.codes/icloud',
    ],
    confidence: 'high',
    lastSeen: '2026-10',
    examples: [
      {
        input: '550 5.1.1 <user@icloud.com>: user does not exist',
        phase: 'rcpt',
        seen: 'production, 2026-10',
      },
      {
        input: '550 5.1.1 unknown or illegal alias: user@icloud.com',
        phase: 'rcpt',
        seen: 'older backend of me.com',
      },
      {
        input: '550 5.1.6 user no longer on system:user@icloud.com',
        phase: 'rcpt',
        seen: 'production, 2026-10',
      },
      {
        input: '550 5.1.6 recipient no longer on server: user@example.com',
        phase: 'rcpt',
        seen: 'mail gateway of apple.com, 2014-07',
      },
      {
        input: '550 5.1.1 <user@privaterelay.appleid.com>: user not found',
        phase: 'rcpt',
        seen: 'private relay, 2025-07',
      },
    ],
    counterExamples: [
      {
        input: '550 5.1.1 <user@icloud.com>: inactive email address',
        rule: 'inactive-account',
        why: 'Switched off by its owner, who can switch it on again',
      },
      {
        input: '550 5.1.1 <user@icloud.com>: user lookup success but no user record found',
        rule: 'directory-outage',
        why: 'Apple’s directory failed; the mailbox is valid',
      },
      {
        input: '550 5.1.1 <user@example.com>: user does not exist',
        mx: 'mail.icloud.com.attacker.example',
        rule: null,
        why: 'The host only looks like Apple’s',
      },
    ],
  },
  {
    id: 'inactive-account',
    title: 'Mailbox switched off',
    fault: 'recipient',
    scope: 'recipient',
    disposition: 'soft-bounce',
    codes: [550],
    enhanced: ['5.1.1'],
    wordings: [{ keyword: 'inactive email address' }],
    meaning:
      'The owner has paused this address or alias, such as a Hide My Email address, and may switch it on again. Temporary unless it lasts for weeks.',
    causes: [
      'A Hide My Email alias was deactivated',
      'The owner turned iCloud Mail off for the account',
      'The account was locked and is waiting for its owner',
    ],
    fixes: [
      'Treat it as a soft bounce and keep the usual rhythm; do not delete the reader for one of them',
      'Suppress it only after repeated failures of different sends over several weeks',
      'Ask the person, in the app or by another channel, to reactivate the address or to give a new one',
      'Send a re-engagement message before the weeks are over, not after',
    ],
    sources: [
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
      'https://support.apple.com/guide/icloud/stop-using-or-reactivate-addresses-mm3adb030cbf/icloud',
      'https://bentonow.com/smtp-errors/apple',
    ],
    confidence: 'high',
    lastSeen: '2026',
    examples: [
      {
        input: '550 5.1.1 <user@icloud.com>: inactive email address',
        phase: 'rcpt',
        seen: 'mx1.mail.icloud.com',
      },
    ],
    counterExamples: [
      {
        input: '550 5.1.1 <user@icloud.com>: user does not exist',
        rule: 'invalid-recipient',
        why: 'Same 550 5.1.1, but the mailbox is gone for good',
      },
    ],
  },
  {
    id: 'mailbox-full',
    title: 'Mailbox over quota',
    fault: 'recipient',
    scope: 'recipient',
    disposition: 'retry',
    codes: [552],
    enhanced: ['5.2.2', '4.2.2'],
    wordings: [
      { keyword: 'over quota' },
      // Not the address <overquota@icloud.com>
      { keyword: 'overquota', pattern: /[ :;,(]overquota(?![\w.+-]{0,64}@)/i },
    ],
    meaning:
      'The iCloud storage of the recipient, shared by mail, backups and files, is full. Mail is refused until space is free, although the reply has a permanent code.',
    causes: [
      'Photos or device backups filled the storage plan',
      'The owner stopped paying for a larger plan',
      'A mailbox that nobody reads any more',
    ],
    fixes: [
      'Try again for two or three days, with hours between the tries, before giving the message up',
      'Pause marketing to the address while it stays full for weeks; do not delete the reader',
      'Send urgent notices through another channel, such as a text message or in the app',
      'Tell contacts you value, by another way, that their mailbox is full',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (552.json)',
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
      'https://smtp.codes/icloud',
    ],
    confidence: 'high',
    lastSeen: '2026-10',
    examples: [
      {
        input: '552 5.2.2 <user@icloud.com>: user is over quota',
        phase: 'rcpt',
        seen: 'mx02.mail.icloud.com',
      },
      { input: '552 5.2.2 <user@icloud.com>: user is overquota', phase: 'rcpt', seen: 'smtp-field-manual' },
      {
        input: '450 4.2.2 <user@example.com>: user is overquota',
        phase: 'rcpt',
        seen: 'generic bounce lists',
      },
    ],
    counterExamples: [
      {
        input:
          '421 4.7.1 Messages to user@icloud.com deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137',
        rule: 'rate-limited',
        why: 'Too much mail at once, not too much mail stored',
      },
    ],
  },
  {
    id: 'relay-access-denied',
    title: 'Domain not served by Apple',
    fault: 'recipient-domain',
    scope: 'recipient',
    disposition: 'soft-bounce',
    codes: [554],
    enhanced: ['5.7.1'],
    wordings: [{ keyword: 'relay access denied' }],
    meaning:
      'This MX of Apple’s does not accept mail for the recipient’s domain: a custom domain was removed from iCloud or never set up to the end, or an old MX record was used.',
    causes: [
      'The owner took the custom domain out of iCloud+ and left the MX record',
      'The custom domain is not verified yet',
      'A cached or stale MX record',
    ],
    fixes: [
      'Look the domain’s MX up anew and deliver to what it says now',
      'If it still points to Apple, tell the owner of the domain that the set-up in iCloud is incomplete',
      'Count it as a soft bounce of the domain and keep the address',
      'If several addresses of one domain fail for weeks, ask for other addresses',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (554.json)',
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
    ],
    confidence: 'medium',
    examples: [
      { input: '554 5.7.1 <user@icloud.com>: Relay access denied', phase: 'rcpt', seen: 'smtp-field-manual' },
    ],
    counterExamples: [
      {
        input: '554 5.7.1 <user@icloud.com>: Relay access denied',
        mx: 'smtp.example.com',
        rule: null,
        why: 'Stock Postfix words from our own relay, which was not told to relay',
      },
    ],
  },
]
