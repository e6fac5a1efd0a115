import { expect, test } from 'vitest'
import { releaseCommand } from './release-command.ts'

test.each([
  [{ address: 'anna@icloud.com' }, 'suppressions release anna@icloud.com'],
  [
    { address: 'anna@icloud.com', origin: 'import' as const },
    'suppressions release anna@icloud.com --origin import',
  ],
  [{ hold: { scope: 'stream' as const, id: 'default/news' } }, 'holds release stream/default/news'],
  [{ campaign: 'spring' }, 'holds release campaign/spring'],
  [
    { hold: { scope: 'campaign' as const, id: '<m1@example.com>' } },
    "holds release 'campaign/<m1@example.com>'",
  ],
  [{ campaign: "it's; rm $(x)" }, "holds release 'campaign/it'\\''s; rm $(x)'"],
])('%j is a command line', (release, expected) => {
  expect(releaseCommand(release)).toBe(`icloud-delivery ${expected}`)
})
