import { afterEach, expect, it } from 'vitest'
import { hurry } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

afterEach(() => stage?.close())

/** Haraka's own time-out for everything is a minute here. */
async function set(timeOuts: readonly string[], starttls: boolean): Promise<void> {
  stage = await setStage({
    apple: { starttls },
    haraka: {
      ownPlugins: { hurry },
      config: { 'outbound.ini': 'temp_fail_intervals=5s*3\nconnect_timeout=60\n' },
    },
    icloud: ['[time_outs]', ...timeOuts],
  })
}

it.each([
  ['a connection in the clear', false],
  ['an encrypted one', true],
])('%s: a reply and the reply to the final dot each have a time of their own', async (_, starttls) => {
  await set(['connect=30', 'reply=1.5', 'dot=30'], starttls)
  // Slower than a reply may be, and in time for the dot.
  stage.apple.script('dot@icloud.com', [{ accept: true, phase: 'eod', delayMs: 2500 }])
  stage.apple.script('mute@icloud.com', [
    { accept: true, phase: 'rcpt', delayMs: 10_000, times: 2 },
    { accept: true },
  ])
  await stage.haraka.send({ from: 'a@example.com', to: ['dot@icloud.com'] })
  await stage.delivered('dot@icloud.com')
  await stage.emptyQueue()
  expect(stage.haraka.log.filter((line) => line.includes('socket timeout waiting on dot'))).toEqual([])
  expect(stage.apple.messages.map(({ tls }) => tls)).toEqual([starttls])

  // Haraka alone would wait for a minute, and Apple would have answered by then.
  await stage.haraka.send({ from: 'a@example.com', to: ['mute@icloud.com'] })
  await stage.haraka.logged(/socket timeout waiting on rcpt/)
  await stage.delivered('mute@icloud.com')
})
