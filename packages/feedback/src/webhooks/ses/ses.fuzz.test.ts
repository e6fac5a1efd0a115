import { beforeAll } from 'vitest'
import { feedBrokenEvents } from '../broken-events.test.fixture.ts'
import { sesEvents, SnsDouble, topic } from '../esps.test.fixture.ts'

let sns: SnsDouble
beforeAll(async () => {
  sns = await SnsDouble.start()
})

feedBrokenEvents({
  esp: 'ses',
  options: () => ({ ses: { topicArns: [topic] }, fetch: async () => new Response(sns.certificate) }),
  events: sesEvents,
  requestOf: (Message) => ({ body: sns.message({ Message }) }),
  isSignedInBody: true,
})
