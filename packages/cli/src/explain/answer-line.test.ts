import { classify } from '@icloud-delivery/rules'
import { expect, test } from 'vitest'
import { answerLine } from './answer-line.ts'

const gone = '550 5.1.1 <anna@icloud.com>: user does not exist'
const full = '552 5.2.2 user is over quota'

test('answers an object, and a plain line', () => {
  const verdict = classify(gone, { mx: 'mx01.mail.icloud.com' }).toJSON()
  expect(verdict).toMatchObject({ rule: 'invalid-recipient', provider: 'apple' })
  const line = JSON.stringify({ input: gone, mx: 'mx01.mail.icloud.com', recipient: null, other: 1 })
  expect(answerLine(` ${line} `, 1, {})).toEqual(verdict)
  expect(answerLine(gone, 1, { mx: 'mx01.mail.icloud.com' })).toEqual(verdict)
})

test('has exactly the fields of a verdict', () => {
  expect(Object.keys(answerLine(gone, 1, {}))).toEqual([
    'rule',
    'provider',
    'fault',
    'scope',
    'disposition',
    'confidence',
    'code',
    'enhanced',
    'tag',
    'evidence',
  ])
})

test('uses what the line says about the reply', () => {
  const provider = (fields: object): unknown => answerLine(JSON.stringify({ input: full, ...fields }), 1, {})
  expect(provider({})).toMatchObject({ provider: null })
  expect(provider({ recipient: 'anna@icloud.com' })).toMatchObject({
    provider: 'apple',
    rule: 'mailbox-full',
  })
  expect(provider({ recipient: 'anna@icloud.com', mx: 'mx.example.org' })).toMatchObject({ provider: null })
  expect(provider({ mx: 'mx01.mail.icloud.com', phase: 'mail' })).toMatchObject({
    provider: 'apple',
    fault: 'unknown',
  })
  const aboutSender = { input: gone, mx: 'mx01.mail.icloud.com', recipient: 'berta@icloud.com' }
  expect(provider({ ...aboutSender, sender: 'anna@icloud.com' })).toMatchObject({ fault: 'unknown' })
})

test('takes defaults for what a line leaves out, and null for what it knows not to be known', () => {
  const defaults = { mx: 'mx01.mail.icloud.com' }
  expect(answerLine(JSON.stringify({ input: full }), 1, defaults)).toMatchObject({ provider: 'apple' })
  expect(answerLine(JSON.stringify({ input: full, mx: null }), 1, defaults)).toMatchObject({ provider: null })
})

test.each([
  ['{', 'EJSON', /not a JSON object/],
  ['{"input": "a"} {"input": "b"}', 'EJSON', /not a JSON object/],
  ['{}', 'EINPUT', /"input" .* missing/],
  ['{"input": null}', 'EINPUT', /"input" .* null/],
  ['{"input": ["550"]}', 'EINPUT', /"input" .* an array/],
  ['{"__proto__": {"input": "550"}}', 'EINPUT', /"input" .* missing/],
  ['{"input": "550", "mx": 1}', 'EINPUT', /"mx" .* number/],
  ['{"input": "550", "recipient": {}}', 'EINPUT', /"recipient" .* object/],
  ['{"input": "550", "sender": true}', 'EINPUT', /"sender" .* boolean/],
  ['{"input": "550", "phase": "toString"}', 'EINPUT', /"phase" .* rcpt/],
])('says what is wrong with %s', (line, code, message) => {
  expect(answerLine(line, 7, {})).toEqual({
    error: { code, message: expect.stringMatching(message), line: 7 },
  })
})

test('is not brought down by deep nesting', () => {
  const deep = `{"a":${'['.repeat(300_000)}`
  expect(answerLine(deep, 1, {})).toMatchObject({ error: { code: 'EJSON' } })
  expect(answerLine(`${deep}${']'.repeat(300_000)},"input":"550 x"}`, 1, {})).toMatchObject({ code: 550 })
})
