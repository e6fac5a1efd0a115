import { describe, expect, it } from 'vitest'
import { bulkKinds } from '../../findings/bulk-kinds.ts'
import { contentKinds } from '../../findings/content-kinds.ts'
import type { FindingCode } from '../../findings/kinds.ts'
import { linkKinds } from '../../findings/link-kinds.ts'
import { checkMessage } from '../check-message.ts'
import { mail, sentAt, type MailParts } from '../mail.test.fixture.ts'
import type { MessageOptions } from '../message-options.ts'

const text = (words: string): MailParts => ({ text: words })
const html = (inner: string): MailParts => ({
  html: `<p>Thank you for your order, which is on its way to you.</p>${inner}`,
})
const link = (href: string, words = 'Your order'): MailParts => html(`<p><a href="${href}">${words}</a></p>`)
const from = (From: string, others: Record<string, string> = {}): MailParts => ({
  headers: { From, ...others },
})

const unsubscribe = {
  'List-Unsubscribe': '<https://example.com/u/1>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
}
const footer = 'Example Shop, 1 Main Street, Springfield. Questions? help@example.com. '
const bulk = (words: string, headers: Record<string, string> = unsubscribe): MailParts => ({
  headers,
  text: words,
})

/** A message for each finding on words, links and what bulk mail has to have. */
const cases: readonly [code: FindingCode, name: string, parts: MailParts, options?: MessageOptions][] = [
  ['from-name-other-domain', 'another domain', from('"service@example.net" <shop@example.com>')],
  ['from-name-brand', 'a brand', from('PayPal Service <shop@example.com>')],
  ['from-name-brand', 'Apple with a second word', from('Apple-Support <shop@example.com>')],
  [
    'from-name-brand',
    'a brand of one’s own',
    from('Acme Bank <shop@example.com>'),
    { brands: [{ names: ['acme bank'], domains: ['example.org'] }] },
  ],
  [
    'reply-to-free-mail',
    'a free mailbox',
    from('Shop <shop@example.com>', { 'Reply-To': 'shop4711@gmail.com' }),
  ],
  ['asks-for-password', 'English', text('Please confirm your password now.')],
  ['asks-for-password', 'German', text('Bitte geben Sie Ihr Passwort ein: Passwort eingeben.')],
  ['asks-for-card-data', 'a card', text('To go on, enter your credit card number.')],
  ['account-threat', 'a threat', text('Your account has been suspended.')],
  ['html-form', 'a form', html('<form action="https://example.com"><input name="q"></form>')],
  ['html-form', 'a field for a password', html('<input type="PASSWORD">')],
  ['html-script', 'a script', html('<script>alert(1)</script>')],
  ['html-script', 'a frame', html('<iframe src="https://example.com"></iframe>')],
  ['image-heavy', 'one large image', { html: '<img src="https://example.com/a.png" width="600">Shop' }],
  [
    'trigger-words',
    'many',
    text('Act now, order now! 100% free, risk-free. Winner, you have won the lottery. Congratulations you!'),
  ],
  ['link-text-other-host', 'another host', link('https://example.org/x', 'www.example.com')],
  [
    'link-text-other-host',
    'another address',
    link('https://click.example.net/x', 'https://example.com/a?b=c'),
  ],
  ['link-ip-literal', 'an IPv4 address', link('https://192.0.2.1/')],
  ['link-ip-literal', 'a number', link('https://3221225985/')],
  ['link-ip-literal', 'an IPv6 address', link('https://[2001:db8::1]/')],
  [
    'link-look-alike',
    'one letter in Cyrillic',
    link('https://ex\u0430mple.net/'.replace('\u0430', '&#1072;')),
  ],
  ['link-look-alike', 'rn for m', link('https://exarnple.com/')],
  ['link-look-alike', 'a digit', link('https://paypa1.com/')],
  [
    'link-look-alike',
    'all in Cyrillic',
    link('https://xn--80ak6aa92e.com/'),
    { brands: [{ names: [], domains: ['apple.com'] }] },
  ],
  ['link-look-alike', 'a brand in front', link('https://paypal.com.example.org/')],
  ['link-user-info', 'a name', link('https://example.com@example.org/')],
  ['link-scheme', 'a script', link('javascript:alert(1)')],
  ['link-scheme', 'data', link('data:text/html,hello')],
  ['link-shortener', 'a shortener', link('https://bit.ly/x')],
  ['link-free-hosting', 'free hosting', link('https://shop.weebly.com/')],
  ['link-free-hosting', 'a shared suffix', link('https://shop.github.io/')],
  ['link-free-hosting', 'dynamic DNS', link('https://shop.duckdns.org/')],
  ['link-plain-http', 'in HTML', link('http://example.com/')],
  ['link-plain-http', 'in the text', text('See http://example.com/orders.')],
  ['link-download', 'a program', link('https://example.com/setup.exe')],
  [
    'link-hidden',
    'a link that nobody sees',
    html('<div style="display: none"><a href="https://example.com/">Order</a></div>'),
  ],
  [
    'link-hosts-changed',
    'a new domain',
    link('https://example.net/'),
    { previousLinkHosts: ['www.example.com'] },
  ],
  ['domain-young', 'a domain of yesterday', {}, { domainAge: async () => sentAt - 86_400_000 }],
  [
    'domain-age-unknown',
    'a registry that is down',
    {},
    { domainAge: () => Promise.reject(new Error('RDAP answered 503')) },
  ],
  [
    'list-unsubscribe-missing',
    'none',
    { text: `Unsubscribe: https://example.com/u. ${footer}` },
    { bulk: true },
  ],
  [
    'list-unsubscribe-not-one-click',
    'mail only',
    bulk(`Unsubscribe. ${footer}`, { 'List-Unsubscribe': '<mailto:u@example.com>' }),
  ],
  [
    'list-unsubscribe-not-one-click',
    'no Post',
    bulk(`Unsubscribe. ${footer}`, { 'List-Unsubscribe': '<https://example.com/u>' }),
  ],
  ['unsubscribe-not-visible', 'not a word', bulk(footer)],
  ['postal-address-missing', 'no address', bulk('News. Unsubscribe. Questions? help@example.com')],
  [
    'support-contact-missing',
    'no contact',
    bulk('News. Unsubscribe. Example Shop, 1 Main Street, Springfield.'),
  ],
]

const codesIn = async (parts: MailParts, options?: MessageOptions): Promise<FindingCode[]> => {
  const { findings } = await checkMessage(mail(parts), {
    authentication: false,
    clock: () => sentAt,
    ...options,
  })
  return findings.map(({ code }) => code)
}

describe('content', () => {
  it.each(cases)('%s: %s', async (code, _, parts, options) => {
    expect(await codesIn(parts, options)).toEqual([code])
  })

  it('has a message for every code', () => {
    const shown = new Set([...cases.map(([code]) => code), 'list-unsubscribe-unsigned'])
    expect(shown).toEqual(new Set(Object.keys({ ...contentKinds, ...linkKinds, ...bulkKinds })))
  })

  it.each<[string, MailParts, MessageOptions?]>([
    ['a link that names its own host', link('https://www.example.com/a', 'example.com/a')],
    ['a tracking host of one’s own', link('https://click.example.com/a', 'www.example.com')],
    ['text that is no host', link('https://example.org/a', 'Read on...')],
    ['a template’s placeholder', link('{{unsubscribe_url}}', 'Unsubscribe')],
    [
      'mail and phone links',
      html('<a href="mailto:a@example.com">a@example.com</a> <a href="tel:+1">+1</a> <a href="#top">top</a>'),
    ],
    ['an honest name in another script', link('https://xn--mnchen-3ya.example/')],
    ['a brand’s own mail', from('PayPal <service@paypal.com>')],
    ['a fruit', from('Apple Orchard <shop@example.com>')],
    ['a warning against phishing', text('We will never ask you to confirm your password.')],
    ['a reset that somebody asked for', text('Reset your password here: https://example.com/reset')],
    ['a hidden first line', html('<div style="display:none">Your order is on its way</div>')],
    ['a dot for counting opens', html('<img src="https://example.com/o.gif" width="1" height="1">')],
    ['the same hosts again', link('https://cdn.example.com/'), { previousLinkHosts: ['www.example.com'] }],
    ['an old domain', {}, { domainAge: async () => sentAt - 40 * 86_400_000 }],
    ['a domain whose age no registry tells', {}, { domainAge: async () => null }],
    ['bulk mail in order', bulk(`News. Unsubscribe. ${footer}`)],
  ])('finds nothing in %s', async (_, parts, options) => {
    expect(await codesIn(parts, options)).toEqual([])
  })
})
