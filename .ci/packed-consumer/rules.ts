import { classify, type Verdict } from '@icloud-delivery/rules'

const verdict: Verdict = classify('552 5.2.2 <anna@icloud.com>: user is over quota', {
  mx: 'mx01.mail.icloud.com',
})
if (verdict.rule !== 'mailbox-full') throw new Error(`rules: ${verdict.rule}`)
