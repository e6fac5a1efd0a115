import { feedBrokenEvents } from './broken-events.test.fixture.ts'
import { secret, sparkpostEvents } from './esps.test.fixture.ts'

feedBrokenEvents({
  esp: 'sparkpost',
  options: () => ({ sparkpost: { secret } }),
  events: sparkpostEvents,
  requestOf: (event) => ({ body: `[${event}]`, headers: { authorization: `Bearer ${secret}` } }),
  isSignedInBody: false,
})
