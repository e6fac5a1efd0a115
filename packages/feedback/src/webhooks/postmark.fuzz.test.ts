import { feedBrokenEvents } from './broken-events.test.fixture.ts'
import { postmarkEvents, secret } from './esps.test.fixture.ts'

feedBrokenEvents({
  esp: 'postmark',
  options: () => ({ postmark: { secret } }),
  events: postmarkEvents,
  requestOf: (body) => ({ body, headers: { authorization: `Bearer ${secret}` } }),
  isSignedInBody: false,
})
