import type { Rule } from '../rule.ts'

const localPolicy = 'Message rejected due to local policy.'
const article = 'Please visit https://support.apple.com/en-us/HT204137'
const txn = 'Txn ID 00000000-0000-0000-0000-000000000000'

export const policyRules: readonly Rule[] = [
  {
    id: 'policy-cs01',
    title: 'Local policy: content or reputation',
    fault: 'content',
    scope: 'stream',
    disposition: 'fail',
    codes: [550, 554],
    enhanced: ['5.7.1'],
    tags: ['CS01'],
    wordings: [],
    meaning:
      'Apple’s filter takes the message for spam, by its content or by the standing of its sender. The recipients are fine. Apple does not publish what the tag means.',
    causes: [
      'Wording or layout that spam uses: misleading claims, hidden links, images without text',
      'Complaints about the IP or domain',
      'A large share of readers who have not reacted for months',
      'Sometimes a fault at Apple that hits many senders at once',
    ],
    fixes: [
      'Read the message as a filter would: trigger words, claims, link text that differs from its target',
      'Check the complaint record and listings of IP and domain',
      'Move readers without any reaction into a reactivation flow and out of the bulk',
      'Send a small changed batch first and go on only if it is accepted',
      'Write to icloudadmin@apple.com with the Txn ID and what you have mended',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (554.json)',
      'https://github.com/knadh/listmonk (bounce test messages, 2026-09)',
      'https://tidbits.com/ (2021-08-30: a fault that Apple mended in two days)',
    ],
    confidence: 'high',
    lastSeen: '2026-09',
    examples: [
      { input: `550 5.7.1 [CS01] ${localPolicy} ${article}`, phase: 'eod', seen: '2018-09' },
      { input: `554 5.7.1 [CS01] ${localPolicy} ${article}`, phase: 'eod', seen: '2020-08 and later' },
      { input: `554 5.7.1 [CS01] ${localPolicy} ${article}. ${txn}`, phase: 'eod', seen: '2026-09-23' },
    ],
    counterExamples: [
      {
        input: `554 5.7.1 [HM08] ${localPolicy} ${article}`,
        rule: 'policy-hm08',
        why: 'Same sentence; the tag says that the way of sending is the trouble',
      },
    ],
  },
  {
    id: 'policy-cs02',
    title: 'Local policy: suspected phishing',
    fault: 'content',
    scope: 'stream',
    disposition: 'fail',
    codes: [554],
    enhanced: ['5.7.1'],
    tags: ['CS02'],
    wordings: [],
    meaning:
      'The text or the links look as if somebody else were imitated. By the common reading; others take it for domain reputation. The recipients are fine.',
    causes: [
      'The message asks for a password, money data or a surprise log-in',
      'The From name is a brand that the domain does not belong to',
      'Link targets whose domain the reader does not expect',
      'A young domain with little history',
    ],
    fixes: [
      'Ask for no passwords or payment data, and announce no unexpected log-in',
      'Use the From name and domain that your readers know',
      'Show branding, postal address and support links, all on your own domain',
      'Let link text and link target name the same domain',
      'Stop the campaign, change the creative, and send it to Apple’s postmaster for review',
    ],
    sources: [
      'https://bentonow.com/smtp-errors/apple',
      'https://www.suped.com/knowledge/email-deliverability/troubleshooting/what-causes-apple-email-bounces-and-how-can-i-fix-them',
    ],
    confidence: 'medium',
    lastSeen: '2021-02',
    examples: [
      { input: `554 5.7.1 [CS02] ${localPolicy}`, phase: 'eod', seen: 'practitioners’ quotes, 2021-02' },
    ],
    counterExamples: [
      {
        input: `554 5.7.1 [CS01] ${localPolicy} ${article}`,
        rule: 'policy-cs01',
        why: 'Same sentence, other tag',
      },
    ],
  },
  {
    id: 'policy-cs03',
    title: 'Local policy: attachment or link',
    fault: 'content',
    scope: 'stream',
    disposition: 'fail',
    codes: [554],
    enhanced: ['5.7.1'],
    tags: ['CS03'],
    wordings: [],
    meaning:
      'An attachment or a link did not pass the security checks. Only one published source explains this tag. The recipients are fine.',
    causes: [
      'Links to young domains, shorteners or free hosting',
      'Executables, scripts, macros or archives as attachments',
      'A link host that was changed or hacked',
    ],
    fixes: [
      'Put downloads on an old, reputable HTTPS domain of your own',
      'Send no executables, macros or archives; offer the download on a page of your own instead',
      'Scan files and links with several engines before a send',
      'Keep track of changes at your link shortener and CDN',
      'Send the campaign again only after the link or file was replaced',
    ],
    sources: ['https://bentonow.com/smtp-errors/apple'],
    confidence: 'low',
    examples: [{ input: '554 5.7.1 [CS03]', phase: 'eod', seen: 'bentonow.com: only the heading is known' }],
    counterExamples: [
      {
        input:
          '550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL -- see https://www.spamhaus.org/dbl/',
        rule: 'spamhaus-dbl',
        why: 'Here a list names the domain as the reason',
      },
    ],
  },
  {
    id: 'policy-hm07',
    title: 'Local policy: sender or link reputation',
    fault: 'reputation',
    scope: 'stream',
    disposition: 'fail',
    codes: [554],
    enhanced: ['5.7.1'],
    tags: ['HM07'],
    wordings: [],
    meaning:
      'Refused by reputation; reported for links on free or dynamic domains, for young sender domains and for forwarded mail. The recipients are fine.',
    causes: [
      'Links to hosts on free or dynamic DNS domains',
      'A sender domain that is only weeks old',
      'Forwarded mail, also between two custom domains at iCloud',
    ],
    fixes: [
      'Link to your own established domain only',
      'Let a new domain earn trust with small volumes to engaged readers',
      'When forwarding, rewrite the envelope sender, keep the message unchanged and add ARC',
      'Write to icloudadmin@apple.com with the Txn ID if it hits ordinary mail: reporters were helped within days',
    ],
    sources: [
      'https://collantes.us/2025/07/22/email-forwarding-broken-on-icloud',
      'https://www.suped.com/learn/email-deliverability/what-does-apples-message-rejected-due-to-local-policy-error-mean-and-how-can-it-be-resolved',
    ],
    confidence: 'high',
    lastSeen: '2026-09',
    examples: [
      { input: `554 5.7.1 [HM07] ${localPolicy} ${article}`, phase: 'eod', seen: '2025-07; 2026-09-26' },
    ],
    counterExamples: [
      {
        input: `554 5.7.1 [HM08] ${localPolicy} ${article}`,
        rule: 'policy-hm08',
        why: 'Same sentence, other tag',
      },
    ],
  },
  {
    id: 'policy-hm08',
    title: 'Local policy: suspicious sending',
    fault: 'reputation',
    scope: 'stream',
    disposition: 'fail',
    codes: [554],
    enhanced: ['5.7.1'],
    tags: ['HM08'],
    wordings: [],
    meaning:
      'The way of sending looks wrong: list hygiene or speed. A signal to slow down, and no verdict on the recipient. Once it came for everybody’s mail because Apple itself was broken.',
    causes: [
      'Volume or frequency jumped',
      'Many recipients who have not reacted for a long time',
      'Consent that is old or was never given',
      'Rarely an outage at Apple, when unrelated streams are refused at the same time',
    ],
    fixes: [
      'Slow down at once and look for jumps in volume or frequency',
      'Drop readers without any reaction for months from bulk mail',
      'Refresh consent, and honour unsubscribes immediately',
      'If all streams are hit at once, hold the mail and look at Apple’s system status page first',
      'Tell Apple’s postmaster what you corrected, with the Txn ID',
    ],
    sources: [
      'https://bentonow.com/smtp-errors/apple',
      'https://mactechnews.de/news/article/iCloud-Mail-ausgefallen-185276.html',
      'https://github.com/forwardemail/forwardemail.net (helpers/get-bounce-info.js)',
    ],
    confidence: 'high',
    lastSeen: '2026',
    examples: [
      {
        input: `554 5.7.1 [HM08] ${localPolicy} ${article}`,
        phase: 'eod',
        seen: 'mx02.mail.icloud.com, 2024-01',
      },
      { input: `554 5.7.1 [HM08] ${localPolicy} ${article}. ${txn}`, phase: 'eod', seen: 'Forward Email' },
    ],
    counterExamples: [
      {
        input: `554 5.7.1 [HM07] ${localPolicy} ${article}`,
        rule: 'policy-hm07',
        why: 'Same sentence, other tag',
      },
    ],
  },
  {
    id: 'local-policy',
    title: 'Local policy, untagged or with an unknown tag',
    fault: 'content',
    scope: 'stream',
    disposition: 'fail',
    codes: [550, 554],
    enhanced: ['5.7.1'],
    priority: -5,
    wordings: [{ keyword: 'rejected due to local policy' }],
    meaning:
      'A verdict on content or reputation without a tag, as before 2018, or with a tag that is not known yet. The recipients are fine.',
    causes: [
      'Content that looks like spam',
      'Poor standing of the sending IP or domain',
      'A new kind of refusal whose tag nobody has explained yet',
    ],
    fixes: [
      'Compare the refused message with the last one that was accepted, and change what differs',
      'Check authentication, listings and complaints of the sender',
      'Send a small batch before the rest',
      'Write to icloudadmin@apple.com with the whole reply, the IPs and when it began',
    ],
    sources: ['https://pastebin.com/S23nPZKu', 'https://github.com/MailCore/mailcore2/issues/1738'],
    confidence: 'high',
    lastSeen: '2018-06',
    examples: [
      { input: `550 5.7.1 ${localPolicy} ${article}`, phase: 'eod', seen: 'mx4.mail.icloud.com, 2018-06-15' },
    ],
    counterExamples: [
      {
        input: `550 5.7.1 ${localPolicy}`,
        mx: 'mx.example.net',
        rule: null,
        why: 'Any site may speak of its local policy',
      },
    ],
  },
  {
    id: 'spamhaus-dbl',
    title: 'A domain in the message is listed by Spamhaus',
    fault: 'content',
    scope: 'message',
    disposition: 'fail',
    codes: [550],
    enhanced: ['5.7.1'],
    wordings: [{ keyword: 'present in the spamhaus dbl' }],
    meaning:
      'A domain in the message, of a link or of the sender, is on the domain list of Spamhaus. It is not about the IP and not about the recipient.',
    causes: [
      'A link to a listed domain, often a shortener or an affiliate',
      'The sender’s own domain was listed',
      'A hacked page among the link targets',
    ],
    fixes: [
      'Look up every domain of the message at check.spamhaus.org and take the listed one out',
      'Replace public shorteners by links on your own domain',
      'If your own domain is listed, find out why, mend it and ask Spamhaus for removal',
      'Hold the rest of the campaign: each copy would be refused as well',
    ],
    sources: ['https://github.com/ActiveCampaign/smtp-field-manual (550.json)', 'https://smtp.codes/icloud'],
    confidence: 'high',
    lastSeen: '2026-05',
    examples: [
      {
        input:
          '550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL -- see https://www.spamhaus.org/dbl/',
        phase: 'eod',
        seen: 'smtp-field-manual',
      },
    ],
    counterExamples: [
      {
        input:
          '550 5.7.1 Mail from IP 192.0.2.10 was rejected due to listing in Spamhaus SBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.10',
        rule: 'spamhaus-block',
        why: 'The IP is listed, not a domain',
      },
    ],
  },
]
