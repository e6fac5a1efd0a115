import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { pipeline } from 'node:stream'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import { expect, it } from 'vitest'
import { patient, setStage } from './stage.test.fixture.ts'

it("a line that is no SMTP reply is nobody's refusal: the message is tried again", async () => {
  const behind = patient(await startSimulator())
  let connections = 0
  const server = createServer((client) => {
    // Haraka hangs up without a word on what it does not understand.
    client.on('error', () => client.destroy())
    if (connections++ === 0) return client.write('HTTP/1.1 400 Bad Request\r\n')
    const apple = connect(behind.port, '127.0.0.1')
    return pipeline(client, apple, client, () => apple.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stage = await setStage({
    icloud: ['[testing]', `mx=127.0.0.1:${(server.address() as AddressInfo).port}`],
  })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['one@icloud.com', 'two@icloud.com'] })
    await behind.waitFor(({ messages }) => messages.length === 1)
    for (const recipient of ['one@icloud.com', 'two@icloud.com']) {
      expect(stage.decisions(recipient)).toEqual([
        expect.stringMatching(
          /rule=unknown-temporary .*action=retry .*phase=connect .*reply="HTTP\/1\.1 400/,
        ),
      ])
    }
    expect(stage.mailboxes.messages).toEqual([])
  } finally {
    await stage.close()
    server.close()
    await behind.close()
  }
})
