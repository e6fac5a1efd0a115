import type { Rule } from '../rule.ts'

export const privateRelayRules: readonly Rule[] = [
  {
    id: 'private-relay-unregistered-sender',
    title: 'Sender not registered for the private relay',
    fault: 'sender-registration',
    scope: 'sending-domain',
    disposition: 'fail',
    codes: [550],
    enhanced: ['5.1.1'],
    wordings: [{ keyword: 'unauthorized sender' }, { keyword: 'bad mailbox name' }],
    meaning:
      'The domain in From or in the return path is not registered for Sign in with Apple’s mail relay. The code is that of a missing mailbox and the address in it is ours: the recipient is fine.',
    causes: [
      'The From or the return-path domain is missing in the app’s e-mail sources at Apple',
      'The relay address belongs to another app or developer team',
      'The app was transferred, or the mail provider was changed, without registering anew',
      'SPF or DKIM fail for the registered domain',
    ],
    fixes: [
      'Register the From domain under Services, Sign in with Apple for Email Communication, in the developer account',
      'Register the return-path (MAIL FROM) domain too',
      'Make SPF and DKIM pass for both',
      'After an app transfer or a change of provider, register again',
      'Do not suppress the reader; send again once Apple shows the source as verified',
    ],
    sources: [
      'https://developer.apple.com/help/account/capabilities/configure-private-email-relay-service/',
      'https://developer.apple.com/forums/thread/798226',
      'https://sendgrid.com/blog/sending-to-sign-in-with-apple/',
    ],
    confidence: 'high',
    lastSeen: '2025-08',
    examples: [
      {
        input:
          '550 5.1.1 <bounce+b53c9e.27949-user=privaterelay.appleid.com@mail.example.com>: unauthorized sender',
        phase: 'rcpt',
        seen: 'smtp3.privaterelay.appleid.com, 2025-08-20',
      },
      { input: '550 5.1.1 bad mailbox name', phase: 'rcpt', seen: 'SendGrid, 2019-09' },
    ],
    counterExamples: [
      {
        input: '550 5.1.1 <user@privaterelay.appleid.com>: user not found',
        rule: 'invalid-recipient',
        why: 'Here the relay address itself is gone',
      },
    ],
  },
  {
    id: 'private-relay-transformation',
    title: 'Private relay could not forward',
    fault: 'sender-registration',
    scope: 'sending-domain',
    disposition: 'fail',
    codes: [550],
    enhanced: ['5.7.1'],
    wordings: [{ keyword: 'rejected due to transformation error' }],
    meaning:
      'Apple’s relay could not rewrite and forward the message: mostly an unregistered sender, sometimes a dead relay address, once a fault of Apple’s that hit everybody.',
    causes: [
      'The sender is not registered for the private relay',
      'The relay address was deleted',
      'A fault at Apple, as on 2022-07-20',
    ],
    fixes: [
      'Check that From and return-path domains are registered and shown as verified',
      'Send a plain test message to one relay address of your own',
      'If many fail at once, wait some hours and try one again',
      'Do not suppress: the text does not say that the address is dead',
    ],
    sources: [
      'https://www.suped.com/email-deliverability/answers/what-causes-571-email-rejected-due-to-transformation-error-bounces-from-apples-privaterelayapple',
    ],
    confidence: 'medium',
    lastSeen: '2022-07',
    examples: [
      { input: '5.7.1 Email rejected due to transformation error', seen: 'suped.com; no reply code given' },
    ],
    counterExamples: [
      {
        input: '550 5.1.1 bad mailbox name',
        rule: 'private-relay-unregistered-sender',
        why: 'Says that the sender is the trouble',
      },
    ],
  },
]
