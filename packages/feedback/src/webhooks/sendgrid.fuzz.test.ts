import { feedBrokenEvents } from './broken-events.test.fixture.ts'
import { sendgridEvents, sendgridHeaders, sendgridKey } from './esps.test.fixture.ts'

feedBrokenEvents({
  esp: 'sendgrid',
  options: () => ({ sendgrid: { publicKey: sendgridKey } }),
  events: sendgridEvents,
  requestOf: (event) => ({ body: `[${event}]`, headers: sendgridHeaders(`[${event}]`) }),
  isSignedInBody: false,
})
