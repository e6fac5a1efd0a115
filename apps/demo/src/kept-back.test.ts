import { expect, it } from 'vitest'
import { keptBackOf } from './kept-back.ts'

it.each([
  ['recipient=<a@icloud.com> rule=dmarc-failure fault=sender-auth action=held since=2026-11-26', 'held'],
  ['recipient=<a@icloud.com> rule=mailbox-full action=later next=2026-11-26', 'later'],
  ['recipient=<a@icloud.com> action=suppressed reason="suppressed: unsubscribe"', 'suppressed'],
])('%s is mail that was not tried: %s', (line, why) => {
  expect(keptBackOf(`message=M1 ${line}`)).toMatchObject({
    kind: 'kept-back',
    recipient: 'a@icloud.com',
    why,
  })
})

it('what was tried is none', () => {
  expect(keptBackOf('message=M1 recipient=<a@icloud.com> rule=mailbox-full action=retry next=1')).toBeNull()
})
