import { expect, test } from 'vitest'
import { codesOfSeveral } from './several-replies.ts'

test.each([
  ['two replies', '554 5.7.1 [HM08] no\n550 5.1.1 unknown', ['554', '550']],
  ['CRLF, and blanks in front', '421 later\r\n  552 full\r\n421 later', ['421', '552']],
  ['escaped line ends, as a shell leaves them', '554 no\\r\\n550 unknown', ['554', '550']],
  ['one reply of several lines', '550-5.1.1 no\n550-such\n550 user', []],
  ['a dialogue with one refusal', '220 hello\n250 ok\n550 no', []],
  ['text that begins with a number', '550 no\n5500 times\n500times', []],
])('%s', (_what, text, codes) => {
  expect(codesOfSeveral(text)).toEqual(codes)
})
