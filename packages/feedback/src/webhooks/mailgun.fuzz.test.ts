import { feedBrokenEvents } from './broken-events.test.fixture.ts'
import { mailgunBody, mailgunEvents, secret } from './esps.test.fixture.ts'

let tokens = 0

feedBrokenEvents({
  esp: 'mailgun',
  options: () => ({ mailgun: { signingKey: secret } }),
  events: mailgunEvents,
  requestOf: (event) => {
    const body = mailgunBody({}, `token-${tokens++}`)
    return { body: body.replace('"event-data":{}', () => `"event-data":${event}`) }
  },
  isSignedInBody: true,
})
