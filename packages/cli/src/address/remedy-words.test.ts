import { expect, test } from 'vitest'
import { remedyWords } from './remedy-words.ts'

test.each([
  [
    'release({ address }), if Apple was wrong',
    'icloud-delivery suppressions release anna@icloud.com, if Apple was wrong',
  ],
  [
    "release({ address, origin: 'import' })",
    'icloud-delivery suppressions release anna@icloud.com --origin import',
  ],
  [
    "remove the cause; release({ hold: { scope: 'stream', id: 'default/news' } }) opens it",
    'remove the cause; icloud-delivery holds release stream/default/news opens it',
  ],
  [
    'release({ campaign }) lets all of it go',
    'icloud-delivery holds release campaign/NAME lets all of it go',
  ],
  ['wait', 'wait'],
])('%s is a command line', (remedy, expected) => {
  expect(remedyWords(remedy, 'anna@icloud.com')).toBe(expected)
})
