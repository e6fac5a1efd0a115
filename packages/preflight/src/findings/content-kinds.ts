import type { Kind } from './kind.ts'

type ContentCode =
  | 'from-name-other-domain'
  | 'from-name-brand'
  | 'reply-to-free-mail'
  | 'asks-for-password'
  | 'asks-for-card-data'
  | 'account-threat'
  | 'html-form'
  | 'html-script'
  | 'image-heavy'
  | 'trigger-words'

/** What filters may take amiss in From and in the words. */
export const contentKinds: Readonly<Record<ContentCode, Kind>> = {
  'from-name-other-domain': {
    severity: 'warning',
    risks: ['policy-cs02'],
    title: 'The From name holds another domain than the From address',
    fix: 'Use a name that your readers know, without an address in it',
  },
  'from-name-brand': {
    severity: 'error',
    risks: ['policy-cs02'],
    title: 'The From name is a brand that the From domain does not belong to',
    fix: 'Use your own name; mail for a brand goes out from the brand’s domain',
  },
  'reply-to-free-mail': {
    severity: 'warning',
    risks: ['policy-cs02'],
    title: 'Answers go to a free mailbox',
    fix: 'Let Reply-To be at your own domain',
  },
  'asks-for-password': {
    severity: 'error',
    risks: ['policy-cs02'],
    title: 'The text asks for a password or code',
    fix: 'Never ask for it by mail; lead to your site without it',
  },
  'asks-for-card-data': {
    severity: 'error',
    risks: ['policy-cs02'],
    title: 'The text asks for card, bank or identity data',
    fix: 'Never ask for it by mail; lead to your site without it',
  },
  'account-threat': {
    severity: 'warning',
    risks: ['policy-cs02'],
    title: 'The text threatens to close or block an account',
    fix: 'Say plainly what happened, without pressure, and where to read more',
  },
  'html-form': {
    severity: 'error',
    risks: ['policy-cs02', 'policy-cs03'],
    title: 'The message holds a form',
    fix: 'Put the form on your site and link to it',
  },
  'html-script': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'The message holds a script or an embedded object',
    fix: 'Take it out: no mail program runs it',
  },
  'image-heavy': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'The message is images with hardly any text',
    fix: 'Put the words into text, and give images an alt text',
  },
  'trigger-words': {
    severity: 'note',
    risks: ['policy-cs01'],
    title: 'The text uses many words that spam uses',
    fix: 'Say it in plain words',
  },
}
